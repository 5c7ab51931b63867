{#-
    The condition that two numbers are equal or both absent. What stands for an absent one is further from zero than any
    value that a rule lets through.
-#}
{% macro _same_number(left, right) -%}
    coalesce({{ left }}, -1.5e300) = coalesce({{ right }}, -1.5e300)
{%- endmacro %}
