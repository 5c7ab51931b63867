{#- Any number, or text that reads as one, as a double. Null where it is none: this never raises. -#}
{% macro _double(expression) %}
    {{- return(adapter.dispatch('_double', 'reverse_etl')(expression)) -}}
{% endmacro %}

{% macro default___double(expression) %}
    {{ reverse_etl._unsupported_engine('_double') }}
{% endmacro %}

{% macro duckdb___double(expression) %}
    {{- return("try_cast((" ~ expression ~ ") as double)") -}}
{% endmacro %}

{#-
    Postgres has no cast that gives null, and folds a cast of a constant even in a branch that is never taken: so
    the text is made null before it is cast, and never the cast avoided. Numbers of up to 400 digits and exponents
    of up to 4 fit into numeric, which is then brought within the limits of a double. Beyond them lies infinity, as
    in DuckDB; what is too small to differ from 0 is 0, and the little that a cast would raise on in between is
    brought to where it does not. Nearly all numbers are plain and short, and need none of it: that is looked at first,
    for it takes a tenth of the time.
-#}
{% macro postgres___double(expression) %}
    {%- set plain = "number_text ~ '^[0-9]+([.][0-9]+)?$' and length(number_text) <= 100" -%}
    {%- set special = '^([-+]?inf(inity)?|nan)$' -%}
    {%- set number = '^[-+]?([0-9]{1,255}[0-9]{0,145}([.][0-9]{0,255})?|[.][0-9]{1,255})(e[-+]?[0-9]{1,4})?$' -%}
    {%- set from_number -%}
        case
            when exact_number > 1.7976931348623157e308 then 'infinity'::double precision
            when exact_number < -1.7976931348623157e308 then '-infinity'::double precision
            when abs(exact_number) < 2.5e-324 then 0::double precision
            else (
                sign(exact_number) * greatest(least(abs(exact_number), 1.7976931348623157e308), 2.3e-308)
            )::double precision
        end
    {%- endset -%}
    {%- set sql -%}
        coalesce((case when {{ plain }} then number_text end)::double precision, case
            when number_text ~* '{{ special }}'
                then (case when number_text ~* '{{ special }}' then number_text end)::double precision
            else {{ reverse_etl._with_value(
                "(case when number_text ~* '" ~ number ~ "' then number_text end)::numeric", 'exact_number', from_number
            ) }}
        end)
    {%- endset -%}
    {{- return(reverse_etl._with_value("trim((" ~ expression ~ ")::text)", 'number_text', sql)) -}}
{% endmacro %}
