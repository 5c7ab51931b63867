{#-
    The source model's rows as the plan compares them: blank text for absent, time as UTC text, and what is wrong with
    each. The columns have the ledger's names.
    Arguments: source, a relation; unique_key, a column's name or none; now, an SQL timestamp.
-#}
{% macro _source_rows(source, unique_key, now) %}
{%- set rules = reverse_etl._rules(now) -%}
    select
        cleaned.*,
        {{ reverse_etl._identity_keys('click_id', 'hashed_email', 'hashed_phone') }}
    from (
        select
            {% if unique_key -%} {{ reverse_etl._present_text(adapter.quote(unique_key)) }} {%- else -%} '' {%- endif %} as record_key,
            {{ reverse_etl._present_text('conversion_name') }} as conversion_name,
            {{ reverse_etl._present_text('microsoft_click_id') }} as click_id,
            {{ reverse_etl._present_text('hashed_email_address') }} as hashed_email,
            {{ reverse_etl._present_text('hashed_phone_number') }} as hashed_phone,
            coalesce({{ reverse_etl._utc_text(reverse_etl._utc_timestamp('conversion_time')) }}, '') as conversion_time,
            {{ dbt.safe_cast('conversion_value', reverse_etl._type_double()) }} as value,
            {{ reverse_etl._present_text('conversion_currency_code') }} as currency,
            {{ dbt.safe_cast('external_attribution_credit', reverse_etl._type_double()) }} as attribution_credit,
            {{ reverse_etl._present_text('external_attribution_model') }} as attribution_model,
            {% for standing in ['invalid', 'expired', 'waiting'] -%}
            {% set broken = [] -%}
            {% for rule in rules if rule.standing == standing -%}
                {% do broken.append("case when " ~ rule.violated ~ " then '" ~ rule.name ~ ",' else '' end") -%}
            {% endfor -%}
            {{ dbt.concat(broken) if broken else "''" }} as {{ standing }}_reasons{{ "," if not loop.last }}
            {% endfor %}
        from {{ source }}
    ) as cleaned
{% endmacro %}
