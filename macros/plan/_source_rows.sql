{#-
    The source model's rows as they are, with their key. What they are compared by is worked out where it is needed:
    an engine that keeps these rows for several readers then keeps no text twice.
    Arguments: source, a relation; unique_key, a column's name or none; click_time, too, where it is wanted.
-#}
{% macro _source_rows(source, unique_key, click_time=none) %}
    select
        {{ reverse_etl._listed(reverse_etl._source_columns()) }},
        {% if click_time -%} {{ reverse_etl._quoted(click_time) }} as click_time, {%- endif %}
        {% if unique_key -%} {{ reverse_etl._present_text(reverse_etl._quoted(unique_key)) }} {%- else -%} '' {%- endif %} as record_key
    from {{ source }}
{% endmacro %}

{#- The condition that a source row is the conversion of another relation. Arguments: aliases of the two. -#}
{% macro _same_as_source(source_rows, other) %}
{%- set identifiers = [] -%}
{%- for column in ['microsoft_click_id', 'hashed_email_address', 'hashed_phone_number'] -%}
    {%- do identifiers.append(reverse_etl._present_text(source_rows ~ '.' ~ column)) -%}
{%- endfor %}
        {{- reverse_etl._present_text(source_rows ~ '.conversion_name') }} = {{ other }}.conversion_name
        and {{ reverse_etl._identifier_key(*identifiers) }} = {{ other }}.identifier_key
        and {{ reverse_etl._utc_text(reverse_etl._utc_timestamp(source_rows ~ '.conversion_time')) }}
        = {{ other }}.conversion_time
{%- endmacro %}

{#- The columns of the source model that a sync reads: the elements of Microsoft's OfflineConversion. -#}
{% macro _source_columns() %}
    {{- return([
        'conversion_name', 'conversion_time', 'microsoft_click_id', 'hashed_email_address', 'hashed_phone_number',
        'conversion_value', 'conversion_currency_code', 'external_attribution_credit', 'external_attribution_model'
    ]) -}}
{% endmacro %}

{#- How many keys stand on more than one row of the source. Arguments: source, a relation; unique_key, a column's name. -#}
{% macro _repeated_keys(source, unique_key) %}
    select count(*) as keys_in_all
    from (
        select record_key
        from ({{ reverse_etl._source_rows(source, unique_key) }}) as source_rows
        where record_key <> ''
        group by record_key
        having count(*) > 1
    ) as repeated
{% endmacro %}

{#- A column's name in the engine's quotes. dbt puts them around it and looks at nothing inside: they are doubled there. -#}
{% macro _quoted(column) %}
    {{- return(adapter.quote(column.replace('"', '""'))) -}}
{% endmacro %}
