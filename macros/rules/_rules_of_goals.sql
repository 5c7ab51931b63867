{#-
    Rules of what a row's conversion goal takes. Arguments: goals, a dict of names: known, those that the account has; inactive;
    hashes_alone and attribution, those that refuse these; once, those that count one conversion of a click, which no rule but a
    step of the plan looks at; windows, a list of [name, minutes], each name once;
    with_click_time, whether the model has one.
-#}
{% macro _rules_of_goals(goals, with_click_time) %}
    {%- set rules = [
        ('goal_missing', 'refusable', "(not " ~ reverse_etl._named_in('conversion_name', goals.known) ~ ")"),
        ('goal_inactive', 'refusable', reverse_etl._named_in('conversion_name', goals.inactive)),
        ('goal_takes_no_hashes', 'refusable',
            "(click_id = '' and " ~ reverse_etl._named_in('conversion_name', goals.hashes_alone) ~ ")"),
        ('goal_takes_no_attribution', 'refusable',
            "((has_credit or attribution_model <> '') and " ~ reverse_etl._named_in('conversion_name', goals.attribution) ~ ")"),
    ] -%}
    {%- if with_click_time and goals.windows -%}
        {%- set minutes -%}
            case conversion_name
            {%- for name, minutes in goals.windows %} when {{ reverse_etl._literal(name) }} then {{ minutes }} {%- endfor %} end
        {%- endset -%}
        {%- do rules.append(('goal_window_passed', 'refusable', reverse_etl._rule_later_than_window('conversion_at', 'click_at', minutes))) -%}
    {%- endif -%}
    {{- return(rules) -}}
{% endmacro %}

{#- Is a text one of these names? -#}
{% macro _named_in(text, names) %}
    {%- set listed = [] -%}
    {%- for name in names -%} {%- do listed.append(reverse_etl._literal(name)) -%} {%- endfor -%}
    {{- return("(" ~ text ~ " in (" ~ listed | join(", ") ~ "))" if listed else "(1 = 0)") -}}
{% endmacro %}

{#-
    Is a conversion later after its click than so many minutes? False where one of the three is not known. Bounded first: what
    lies beyond the times that an engine has would raise.
-#}
{% macro _rule_later_than_window(time, click, minutes) %}
    {{- return(
        "(case when " ~ click ~ " < " ~ reverse_etl._time_literal('9000-01-01 00:00:00') ~ " then coalesce("
        ~ time ~ " > " ~ reverse_etl._later('minute', minutes, click) ~ ", false) else false end)"
    ) -}}
{% endmacro %}
