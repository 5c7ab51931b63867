{#-
    The columns by which a conversion is found again. With a click id the hashes are left out, since Microsoft's
    pages give three versions of the key: a hash that changes later must not make a new conversion.
    Arguments: scope; without one the scope's own columns belong to the identity.
-#}
{% macro _identity_columns(scope) %}
    {{- return(reverse_etl._scope_keys(scope) + ['conversion_name', 'identifier_key', 'conversion_time']) -}}
{% endmacro %}

{#- A select list of columns. Arguments: columns, a list; alias, of the relation (optional). -#}
{% macro _listed(columns, alias=none) %}
    {%- set listed = [] -%}
    {%- for column in columns -%}
        {%- do listed.append((alias ~ "." if alias else "") ~ column) -%}
    {%- endfor -%}
    {{- return(listed | join(", ")) -}}
{% endmacro %}

{#- The condition that columns are equal in two relations. -#}
{% macro _same(columns, left, right) %}
    {%- set conditions = [] -%}
    {%- for column in columns -%}
        {%- do conditions.append(left ~ "." ~ column ~ " = " ~ right ~ "." ~ column) -%}
    {%- endfor -%}
    {{- return(conditions | join(" and ")) -}}
{% endmacro %}

{#-
    The identifiers of a row as one text: its click id, or without one both its hashes. One text makes narrower joins than
    three columns, and the two kinds cannot be mistaken for each other: a click id in lower case has no capital.
-#}
{% macro _identifier_key(click_id, hashed_email, hashed_phone) %}
    {{- return(
        "case when " ~ click_id ~ " = '' then " ~ reverse_etl._both_hashes(hashed_email, hashed_phone)
        ~ " else " ~ reverse_etl._click_key(click_id) ~ " end"
    ) -}}
{% endmacro %}

{#- The hashes beside a click id as one text: blank where there are none, and without a click id, since they take its place. -#}
{% macro _hashes_beside(click_id, hashed_email, hashed_phone) %}
    {{- return(
        "case when " ~ click_id ~ " = '' or (" ~ hashed_email ~ " = '' and " ~ hashed_phone ~ " = '') then '' else "
        ~ reverse_etl._both_hashes(hashed_email, hashed_phone) ~ " end"
    ) -}}
{% endmacro %}

{#- Both hashes as one text. The length of the first says where the second begins, whatever stands in a malformed one. -#}
{% macro _both_hashes(hashed_email, hashed_phone) %}
    {%- set length = "cast(" ~ reverse_etl._length(hashed_email) ~ " as " ~ reverse_etl._type_text() ~ ")" -%}
    {{- return(dbt.concat([length, "'H'", hashed_email, hashed_phone])) -}}
{% endmacro %}

{#- A click id as click ids are compared: in lower case, without dashes. -#}
{% macro _click_key(click_id) %}
    {{- return("lower(replace(" ~ click_id ~ ", '-', ''))") -}}
{% endmacro %}
