{#- Generic tests of the value, its currency, and external attribution. -#}

{#- ConversionValue, where it is there, is a number: neither NaN nor infinite. -#}
{% test conversion_value_is_a_number(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model, reverse_etl._rule_value_not_a_number(reverse_etl._double(column_name), reverse_etl._present_number(column_name))
) }}
{% endtest %}

{#- ConversionValue lies within 0 and 999,999,999,999. -#}
{% test conversion_value_in_range(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_value_out_of_range(reverse_etl._double(column_name))) }}
{% endtest %}

{#- ConversionValue has at most 3 decimals. -#}
{% test conversion_value_decimals_allowed(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_value_too_precise(reverse_etl._double(column_name))) }}
{% endtest %}

{#- ConversionCurrencyCode, where it is there, is three capital letters. -#}
{% test currency_code_well_formed(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_currency_code_malformed(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#- ConversionCurrencyCode, where it is well-formed, is in Microsoft's list. Such a row is sent none the less. -#}
{% test currency_code_listed(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_currency_code_unlisted(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#- ExternalAttributionCredit, where it is there, is above 0 and at most 1. -#}
{% test attribution_credit_in_range(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model, reverse_etl._rule_credit_out_of_range(reverse_etl._double(column_name), reverse_etl._present_number(column_name))
) }}
{% endtest %}

{#- ExternalAttributionCredit and ExternalAttributionModel come together or not at all. -#}
{% test attribution_complete(
    model,
    external_attribution_credit='external_attribution_credit',
    external_attribution_model='external_attribution_model'
) %}
{{ config(severity='warn') }}
{%- set has_credit = reverse_etl._present_number(external_attribution_credit) -%}
{%- set model_name = reverse_etl._present_text(external_attribution_model) -%}
{{ reverse_etl._rows_that_break(
    model,
    reverse_etl._rule_credit_without_model(has_credit, model_name)
    ~ " or " ~ reverse_etl._rule_model_without_credit(has_credit, model_name)
) }}
{% endtest %}
