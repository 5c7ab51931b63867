{#-
    What a row of the three tables belongs to. A plan compares within one scope; of others it only asks what accounts of the same
    sync have taken.
-#}
{% macro _scope_columns() %}
    {{- return(['destination', 'environment', 'account_id', 'sync']) -}}
{% endmacro %}

{#- The scope's columns that tell several scopes apart where these are read at once: those that a given one leaves open. -#}
{% macro _scope_keys(scope) %}
    {%- if scope is mapping -%} {{- return(reverse_etl._scope_columns() | reject('in', scope) | list) -}} {%- endif -%}
    {{- return([] if scope else reverse_etl._scope_columns()) -}}
{% endmacro %}

{#-
    The condition that picks one scope's rows.
    Arguments: scope, a dict with a text for each scope column, or for some, or none for all scopes; alias, of the table
    (optional).
-#}
{% macro _in_scope(scope, alias=none) %}
    {%- if not scope -%} {{- return('1 = 1') -}} {%- endif -%}
    {%- set conditions = [] -%}
    {%- for column in reverse_etl._scope_columns() if column in scope -%}
        {%- do conditions.append((alias ~ "." if alias else "") ~ column ~ " = " ~ reverse_etl._literal(scope[column])) -%}
    {%- endfor -%}
    {{- return(conditions | join(" and ")) -}}
{% endmacro %}

{#- The scope's values as the first expressions of an insert's select list. -#}
{% macro _scope_values(scope) %}
    {%- set values = [] -%}
    {%- for column in reverse_etl._scope_columns() -%}
        {%- do values.append(reverse_etl._literal(scope[column])) -%}
    {%- endfor -%}
    {{- return(values | join(", ")) -}}
{% endmacro %}
