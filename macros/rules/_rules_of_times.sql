{#- Rules of the conversion time. What is judged is what is sent: whole seconds in UTC. -#}

{#- Absent, or no time at all. -#}
{% macro _rule_conversion_time_missing(time) %}
    {{- return("(" ~ time ~ " is null)") -}}
{% endmacro %}

{#- Before the year 1, after the year 9999, or infinite: nothing that a message could carry. -#}
{% macro _rule_conversion_time_out_of_range(time) %}
    {{- return(
        "coalesce(" ~ time ~ " < " ~ reverse_etl._time_literal('0001-01-01 00:00:00') ~ " or "
        ~ time ~ " > " ~ reverse_etl._time_literal('9999-12-31 23:59:59.999999') ~ ", false)"
    ) -}}
{% endmacro %}

{#- Older than the destination takes, and age only grows. -#}
{% macro _rule_conversion_time_too_old(time, now, max_age_days) %}
    {{- return(
        "coalesce(" ~ reverse_etl._whole_second(time) ~ " < " ~ reverse_etl._later('day', -max_age_days, now) ~ ", false)"
    ) -}}
{% endmacro %}

{#- In the future: Microsoft refuses it until its time has come. -#}
{% macro _rule_conversion_time_in_future(time, now) %}
    {%- set limit = reverse_etl._later('second', 1, reverse_etl._whole_second(now)) -%}
    {{- return("coalesce(" ~ time ~ " >= " ~ limit ~ ", false)") -}}
{% endmacro %}

{#-
    The value states a zone of its own other than UTC, by its type or in its text. It is converted before it is
    sent, so nothing is wrong yet; but whoever reads the column as it stands reads another time.
-#}
{% macro _rule_conversion_time_not_utc(column) %}
    {{- return(
        "(case when " ~ column ~ " is null then false else " ~ reverse_etl._states_other_zone(column) ~ " end)"
    ) -}}
{% endmacro %}

{#- The conversion is not later than the click that led to it: most often a time that was not brought to UTC. -#}
{% macro _rule_conversion_before_click(time, click) %}
    {{- return("coalesce(" ~ time ~ " <= " ~ click ~ ", false)") -}}
{% endmacro %}

{#- The click is younger than an hour: Microsoft asks to wait so long, since it may not know the click yet. -#}
{% macro _rule_click_too_recent(click, now) %}
    {{- return("coalesce(" ~ click ~ " > " ~ reverse_etl._later('hour', -1, now) ~ ", false)") -}}
{% endmacro %}

{#- An hour after the click; null where that lies beyond what times can be. -#}
{% macro _hour_after_click(click) %}
    {{- return(
        "case when " ~ click ~ " < " ~ reverse_etl._time_literal('9999-01-01 00:00:00') ~ " then "
        ~ reverse_etl._later('hour', 1, click) ~ " end"
    ) -}}
{% endmacro %}
