{#-
    The condition that a key names a row, on a relation with record_key, click_id, hashed_email and hashed_phone.
    Arguments: kind, of the key: unique_key, click_id, hash or email; value, the key, of an e-mail address its hash;
    alias, of the relation.
-#}
{% macro _named_by(kind, value, alias) %}
    {%- set literal = reverse_etl._literal(value) -%}
    {%- if kind == 'unique_key' -%} {{- return(alias ~ ".record_key = " ~ literal) -}}
    {%- elif kind == 'click_id' -%} {{- return(reverse_etl._click_key(alias ~ ".click_id") ~ " = " ~ reverse_etl._click_key(literal)) -}}
    {%- elif kind == 'email' -%} {{- return("lower(" ~ alias ~ ".hashed_email) = " ~ literal) -}}
    {%- else -%}
        {{- return(
            "(lower(" ~ alias ~ ".hashed_email) = lower(" ~ literal ~ ") or lower(" ~ alias ~ ".hashed_phone) = lower(" ~ literal ~ "))"
        ) -}}
    {%- endif -%}
{% endmacro %}

{#-
    How many rows and attempts each reading of a key names: one row with a number for each of them.
    Arguments: source, tables, scope, unique_key as for the plan; readings, a list of [kind, value].
-#}
{% macro _key_counts(source, tables, scope, unique_key, readings) %}
    select
        {%- for kind, value in readings %}
        coalesce(sum(case when {{ reverse_etl._named_by(kind, value, 'everything') }} then 1 else 0 end), 0) as rows_by_{{ kind }}
        {{- "," if not loop.last }}
        {%- endfor %}
    from (
        select record_key, click_id, hashed_email, hashed_phone
        from ({{ reverse_etl._source_rows(source, unique_key) }}) as identified
        union all
        select record_key, click_id, hashed_email, hashed_phone
        from {{ tables.ledger }}
        where {{ reverse_etl._in_scope(scope) }}
    ) as everything
{% endmacro %}

{#- The hash by which Microsoft knows an e-mail address; null where it is none. -#}
{% macro _hash_of_email(email) %}
    select {{ reverse_etl.hashed_email(reverse_etl._literal(email)) }} as hashed_email
{% endmacro %}
