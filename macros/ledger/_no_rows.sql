{#-
    A select of typed columns and no rows: the shape of a table that only `sync push` fills.
    Arguments: columns, a list of [name, type].
-#}
{% macro _no_rows(columns) %}
    select
        {%- for name, type in columns %}
        cast(null as {{ type }}) as {{ name }}{{ "," if not loop.last }}
        {%- endfor %}
    from (select 1 as one) as nowhere
    where 1 = 0
{% endmacro %}
