{#-
    The source rows that do not stand exactly as they were accepted at once, beside the conversion that each has in the
    ledger, and those of these conversions that stand in no source row. Most rows are neither; they are counted elsewhere,
    so that no engine has to keep them for the steps that follow.
    Arguments: with_repeats, to take along each row of a conversion that several rows stand for.
-#}
{% macro _matched_rows(with_repeats) %}
    select *
    from (
        select
            source_rows.*,
            source_rows.record_key is not null as in_source,
            reached.run_seq as known_run_seq,
            reached.seq as known_seq,
            coalesce(
                coalesce({{ reverse_etl._double('source_rows.conversion_value') }}, -1) = coalesce(reached.value, -1)
                and {{ reverse_etl._present_text('source_rows.conversion_currency_code') }} = reached.currency
                and coalesce({{ reverse_etl._double('source_rows.external_attribution_credit') }}, -1)
                = coalesce(reached.attribution_credit, -1)
                and {{ reverse_etl._present_text('source_rows.external_attribution_model') }} = reached.attribution_model
                and {{ reverse_etl._present_text('source_rows.hashed_email_address') }} = reached.hashed_email
                and {{ reverse_etl._present_text('source_rows.hashed_phone_number') }} = reached.hashed_phone
                and source_rows.record_key is not null
                {%- if with_repeats %}
                and repeated.conversion_time is null
                {%- endif %},
                false
            ) as as_accepted
        from source_rows
        full outer join reached on {{ reverse_etl._same_as_source('source_rows', 'reached') }}
        {%- if with_repeats %}
        left join repeated on {{ reverse_etl._same_as_source('source_rows', 'repeated') }}
        {%- endif %}
    ) as compared_rows
    where not as_accepted
{% endmacro %}

{#- The identities that more than one source row has. -#}
{% macro _repeated_identities() %}
{%- set keys = reverse_etl._identity_columns('of one') -%}
    select {{ reverse_etl._listed(keys) }}
    from (
        select
            conversion_name,
            {{ reverse_etl._identity_keys('click_id', 'hashed_email', 'hashed_phone') }},
            conversion_time
        from (
            select
                {{ reverse_etl._present_text('conversion_name') }} as conversion_name,
                {{ reverse_etl._present_text('microsoft_click_id') }} as click_id,
                {{ reverse_etl._present_text('hashed_email_address') }} as hashed_email,
                {{ reverse_etl._present_text('hashed_phone_number') }} as hashed_phone,
                {{ reverse_etl._utc_text(reverse_etl._utc_timestamp('conversion_time')) }} as conversion_time
            from source_rows
        ) as cleaned
    ) as identities
    group by {{ reverse_etl._listed(keys) }}
    having count(*) > 1
{% endmacro %}
