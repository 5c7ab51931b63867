{#-
    The source model's rows, cleaned and under the ledger's names: absent text is empty, numbers are doubles, times are UTC and
    null where they are none. The source's columns bear the names of the one destination that it is shaped for; ledger and plan
    have shorter ones, which say nothing of Microsoft.
    Arguments: source, a relation; unique_key, click_time and account_column, columns of it, or none.
-#}
{% macro _clean_rows(source, unique_key, click_time=none, account_column=none) %}
    select
        {% if unique_key -%} {{ reverse_etl._present_text(reverse_etl._quoted(unique_key)) }} {%- else -%} '' {%- endif %} as record_key,
        {{ reverse_etl._present_text('conversion_name') }} as conversion_name,
        {{ reverse_etl._utc_timestamp('conversion_time') }} as conversion_at,
        {{ reverse_etl._present_text('microsoft_click_id') }} as click_id,
        {{ reverse_etl._present_text('hashed_email_address') }} as hashed_email,
        {{ reverse_etl._present_text('hashed_phone_number') }} as hashed_phone,
        {{ reverse_etl._double('conversion_value') }} as value,
        {{ reverse_etl._present_number('conversion_value') }} as has_value,
        {{ reverse_etl._present_text('conversion_currency_code') }} as currency,
        {{ reverse_etl._double('external_attribution_credit') }} as attribution_credit,
        {{ reverse_etl._present_number('external_attribution_credit') }} as has_credit,
        {{ reverse_etl._present_text('external_attribution_model') }} as attribution_model
        {%- if click_time %},
        {{ reverse_etl._utc_timestamp(reverse_etl._quoted(click_time)) }} as click_at
        {%- endif %}
        {%- if account_column %},
        {{ reverse_etl._account(account_column) }} as account_id
        {%- endif %}
    from {{ source }}
{%- endmacro %}

{#-
    Clean rows beside what their conversion is found again by. It is worked out where it is needed: who keeps clean rows keeps
    no text twice. Arguments: rows, a relation, or a select in brackets.
-#}
{% macro _keyed_rows(rows) %}
    select
        clean.*,
        coalesce({{ reverse_etl._utc_text('conversion_at') }}, '') as conversion_time,
        {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
        {{ reverse_etl._hashes_beside('click_id', 'hashed_email', 'hashed_phone') }} as hashes_beside
    from {{ rows }} as clean
{%- endmacro %}

{#- Both at once, for who reads the source by itself. -#}
{% macro _source_rows(source, unique_key, click_time=none) %}
    with clean_rows as {{ reverse_etl._materialized() }}(
        {{ reverse_etl._clean_rows(source, unique_key, click_time) }}
    )

    {{ reverse_etl._keyed_rows('clean_rows') }}
{%- endmacro %}

{#- How many keys stand on more than one row of the source. Arguments: source, a relation; unique_key, a column's name. -#}
{% macro _repeated_keys(source, unique_key) %}
    select count(*) as keys_in_all
    from (
        select record_key
        from ({{ reverse_etl._source_rows(source, unique_key) }}) as source_rows
        where record_key <> ''
        group by record_key
        having count(*) > 1
    ) as repeated
{% endmacro %}
