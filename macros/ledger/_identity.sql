{#-
    The columns by which a conversion is found again. With a click id the hashes are left out, since Microsoft's
    pages give three versions of the key: a hash that changes later must not make a new conversion.
    Arguments: scope; without one the scope's own columns belong to the identity.
-#}
{% macro _identity_columns(scope) %}
    {{- return(reverse_etl._scope_keys(scope) + ['conversion_name', 'click_key', 'email_key', 'phone_key', 'conversion_time']) -}}
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

{#- click_key, email_key and phone_key made of a row's click id and hashes, blank for absent. -#}
{% macro _identity_keys(click_id, hashed_email, hashed_phone) -%}
    lower(replace({{ click_id }}, '-', '')) as click_key,
    case when {{ click_id }} = '' then {{ hashed_email }} else '' end as email_key,
    case when {{ click_id }} = '' then {{ hashed_phone }} else '' end as phone_key
{%- endmacro %}
