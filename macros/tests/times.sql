{#- Generic tests of the conversion time. -#}

{#- ConversionTime is there, and is a time. -#}
{% test conversion_time_present(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_conversion_time_missing(reverse_etl._utc_timestamp(column_name))) }}
{% endtest %}

{#- ConversionTime is finite and within the years 1 to 9999. -#}
{% test conversion_time_in_range(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_conversion_time_out_of_range(reverse_etl._utc_timestamp(column_name))) }}
{% endtest %}

{#- ConversionTime is not older than 90 days. -#}
{% test conversion_time_within_90_days(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model, reverse_etl._rule_conversion_time_too_old(reverse_etl._utc_timestamp(column_name), reverse_etl._utc_now(), 90)
) }}
{% endtest %}

{#- ConversionTime is not in the future. -#}
{% test conversion_time_not_in_future(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model, reverse_etl._rule_conversion_time_in_future(reverse_etl._utc_timestamp(column_name), reverse_etl._utc_now())
) }}
{% endtest %}

{#-
    ConversionTime is stated in UTC: no value states another zone, by its type or in its text. That is all that a
    column shows of itself. Whether a time without zone was brought to UTC it cannot show; conversion_after_click
    and conversion_time_not_in_future find most of those that were not.
-#}
{% test conversion_time_in_utc(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_conversion_time_not_utc(column_name)) }}
{% endtest %}

{#- ConversionTime is later than the click, whose time stands in another column or expression. -#}
{% test conversion_after_click(model, column_name, click_time) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model,
    reverse_etl._rule_conversion_before_click(reverse_etl._utc_timestamp(column_name), reverse_etl._utc_timestamp(click_time))
) }}
{% endtest %}

{#- The click is an hour old, or older: a plan lets a row wait until then where the model has a click_time. -#}
{% test click_an_hour_ago(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model, reverse_etl._rule_click_too_recent(reverse_etl._utc_timestamp(column_name), reverse_etl._utc_now())
) }}
{% endtest %}
