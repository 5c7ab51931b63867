{#-
    The select of a source model: one row per conversion, with Microsoft's nine elements in snake_case.

    Each argument is an SQL expression over the columns of `from`; what is left out becomes a null of the right type.
    Names and types are fixed here, by casts that give null where a value does not fit and never raise:
    - texts are trimmed, and blank is null; the currency code is brought to upper case, hashes to lower case;
    - conversion_time is a timestamp without zone in UTC. An expression with a zone is converted, one without is
      taken to be UTC: bring local times there with to_utc first;
    - conversion_value and external_attribution_credit are doubles. A value that is there but is no number becomes
      NaN, so that the rules see it and hold the row back instead of sending it without a value.

    `click_time`, the time of the ad click, is selected only where it is given. It is never sent: with it a plan holds back
    what is younger than an hour after its click, or earlier than it.

    `extra_columns` are selected first, as they are written; the column that `unique_key` names belongs there.
-#}
{% macro offline_conversions(
    from,
    conversion_name,
    conversion_time,
    microsoft_click_id=none,
    hashed_email_address=none,
    hashed_phone_number=none,
    conversion_value=none,
    conversion_currency_code=none,
    external_attribution_credit=none,
    external_attribution_model=none,
    extra_columns=[],
    click_time=none
) %}
{%- do reverse_etl._check_engine() %}
select
    {% for column in extra_columns -%}
    {{ column }},
    {% endfor -%}
    {{ reverse_etl._text_column(conversion_name) }} as conversion_name,
    {{ reverse_etl._utc_timestamp(conversion_time) }} as conversion_time,
    {{ reverse_etl._text_column(microsoft_click_id) }} as microsoft_click_id,
    lower({{ reverse_etl._text_column(hashed_email_address) }}) as hashed_email_address,
    lower({{ reverse_etl._text_column(hashed_phone_number) }}) as hashed_phone_number,
    {{ reverse_etl._number_column(conversion_value) }} as conversion_value,
    upper({{ reverse_etl._text_column(conversion_currency_code) }}) as conversion_currency_code,
    {{ reverse_etl._number_column(external_attribution_credit) }} as external_attribution_credit,
    {{ reverse_etl._text_column(external_attribution_model) }} as external_attribution_model
    {%- if click_time is not none %},
    {{ reverse_etl._utc_timestamp(click_time) }} as click_time
    {%- endif %}
from {{ from }}
{% endmacro %}

{% macro _text_column(expression) %}
    {%- set text = "cast(" ~ (expression if expression is not none else 'null') ~ " as " ~ reverse_etl._type_text() ~ ")" -%}
    {{- return("nullif(trim(" ~ text ~ "), '')") -}}
{% endmacro %}

{% macro _number_column(expression) %}
    {%- set type = reverse_etl._type_double() -%}
    {%- if expression is none -%} {{- return("cast(null as " ~ type ~ ")") -}} {%- endif -%}
    {{- return(
        "case when " ~ reverse_etl._present_number(expression)
        ~ " then coalesce(" ~ reverse_etl._double(expression) ~ ", cast('NaN' as " ~ type ~ ")) end"
    ) -}}
{% endmacro %}
