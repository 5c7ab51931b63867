{#-
    The source rows that do not stand exactly as they were accepted at once, beside the conversion that each has in the
    ledger, and those of these conversions that stand in no source row. Most rows are neither; they are counted elsewhere,
    so that no engine has to keep them for the steps that follow.
    Arguments: with_repeats, to take along each row of a conversion that several rows stand for; with_click_time.
-#}
{% macro _matched_rows(with_repeats, with_click_time) %}
    select *
    from (
        select
            {{ reverse_etl._listed(reverse_etl._source_columns() + (['click_time'] if with_click_time else []) + ['record_key'], 'keyed') }},
            keyed.record_key is not null as in_source,
            reached.run_seq as known_run_seq,
            reached.seq as known_seq,
            coalesce(
                {{ reverse_etl._same_number(reverse_etl._double('keyed.conversion_value'), 'reached.value') }}
                and {{ reverse_etl._present_text('keyed.conversion_currency_code') }} = reached.currency
                and {{ reverse_etl._same_number(reverse_etl._double('keyed.external_attribution_credit'), 'reached.attribution_credit') }}
                and {{ reverse_etl._present_text('keyed.external_attribution_model') }} = reached.attribution_model
                and keyed.hashes_beside = reached.hashes_beside
                and keyed.record_key is not null
                {%- if with_repeats %}
                and repeated.conversion_time is null
                {%- endif %},
                false
            ) as as_accepted
        from ({{ reverse_etl._keyed_source_rows() }}) as keyed
        full outer join reached on {{ reverse_etl._same_as_keyed('keyed', 'reached') }}
        {%- if with_repeats %}
        left join repeated on {{ reverse_etl._same_as_keyed('keyed', 'repeated') }}
        {%- endif %}
    ) as compared_rows
    where not as_accepted
{% endmacro %}

{#- The identities that more than one source row has. -#}
{% macro _repeated_identities() %}
    select
        present_name as conversion_name,
        identifier_key,
        time_key as conversion_time
    from ({{ reverse_etl._keyed_source_rows() }}) as keyed
    group by present_name, identifier_key, time_key
    having count(*) > 1
{% endmacro %}

{#- The source rows beside what they are compared by, each worked out once: not every engine sees that it is the same. -#}
{% macro _keyed_source_rows() %}
    select
        present.*,
        {{ reverse_etl._identifier_key('present_click_id', 'present_email', 'present_phone') }} as identifier_key,
        {{ reverse_etl._hashes_beside('present_click_id', 'present_email', 'present_phone') }} as hashes_beside
    from (
        select
            source_rows.*,
            {{ reverse_etl._present_text('conversion_name') }} as present_name,
            {{ reverse_etl._present_text('microsoft_click_id') }} as present_click_id,
            {{ reverse_etl._present_text('hashed_email_address') }} as present_email,
            {{ reverse_etl._present_text('hashed_phone_number') }} as present_phone,
            {{ reverse_etl._utc_text(reverse_etl._utc_timestamp('conversion_time')) }} as time_key
        from source_rows
    ) as present
{% endmacro %}

{#- The condition that such a row is the conversion of another relation. Arguments: aliases of the two. -#}
{% macro _same_as_keyed(keyed, other) %}
        {{- keyed }}.present_name = {{ other }}.conversion_name
        and {{ keyed }}.identifier_key = {{ other }}.identifier_key
        and {{ keyed }}.time_key = {{ other }}.conversion_time
{%- endmacro %}
