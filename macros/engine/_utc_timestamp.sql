{#-
    Any timestamp expression as a timestamp without zone in UTC. One with a zone is converted; one without is
    taken to be UTC already; text is read where it is an ISO date and time, its offset honoured, and is null where
    it is not. This never raises. A plain cast would use the session's zone, and DuckDB drops a zone that it
    cannot read without a word.
-#}
{% macro _utc_timestamp(expression) %}
    {{- return(adapter.dispatch('_utc_timestamp', 'reverse_etl')(expression)) -}}
{% endmacro %}

{% macro default___utc_timestamp(expression) %}
    {{ reverse_etl._unsupported_engine('_utc_timestamp') }}
{% endmacro %}

{#- typeof is a constant to the optimizer, so a column of one type pays for one branch. -#}
{% macro duckdb___utc_timestamp(expression) %}
    {%- set value = "(" ~ expression ~ ")" -%}
    {%- set text = "trim(cast(" ~ value ~ " as varchar))" -%}
    {%- set sql -%}
        case
            when typeof({{ value }}) = 'TIMESTAMP WITH TIME ZONE'
                then timezone('UTC', try_cast({{ value }} as timestamptz))
            when typeof({{ value }}) = 'VARCHAR'
                then case
                    when not {{ reverse_etl._matches(text, reverse_etl._iso_time_pattern()) }} then null
                    when {{ reverse_etl._matches(text, reverse_etl._zone_pattern()) }}
                        then timezone('UTC', try_cast({{ text }} as timestamptz))
                    else try_cast({{ text }} as timestamp)
                end
            else try_cast({{ value }} as timestamp)
        end
    {%- endset -%}
    {{- return(sql) -}}
{% endmacro %}

{#-
    The latest date is beyond the latest timestamp: a date far ahead is brought back to where it is no less wrong.
    Decimals that a timestamp has no room for are cut from text first: a cast would round the second up.
-#}
{% macro postgres___utc_timestamp(expression) %}
    {%- set text = "trim(any_time::text)" -%}
    {%- set cut = "regexp_replace(" ~ text ~ ", '([.][0-9]{6})[0-9]+', '\\1')" -%}
    {%- set sql -%}
        case
            when pg_typeof(any_time) = 'timestamp with time zone'::regtype
                then any_time::timestamptz at time zone 'UTC'
            when pg_typeof(any_time) = 'timestamp without time zone'::regtype
                then any_time::timestamp
            when pg_typeof(any_time) = 'date'::regtype
                then least(any_time::date, '10000-01-01'::date)::timestamp
            when not {{ reverse_etl._matches(text, reverse_etl._iso_time_pattern()) }} then null
            when {{ reverse_etl._matches(text, reverse_etl._zone_pattern()) }}
                then ({{ cut }})::timestamptz at time zone 'UTC'
            else ({{ cut }})::timestamp
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(expression, 'any_time', sql)) -}}
{% endmacro %}

{#- Does an expression state a zone, by its type or in its text? -#}
{% macro _states_zone(expression) %}
    {{- return(
        "(" ~ reverse_etl._is_zoned_type(expression) ~ " or "
        ~ reverse_etl._matches(reverse_etl._text_of_text(expression), reverse_etl._zone_pattern()) ~ ")"
    ) -}}
{% endmacro %}

{#- The same for a zone other than UTC. What a type with zone shows depends on the session, so that is one too. -#}
{% macro _states_other_zone(expression) %}
    {{- return(
        "(" ~ reverse_etl._is_zoned_type(expression) ~ " or "
        ~ reverse_etl._matches(reverse_etl._text_of_text(expression), reverse_etl._zone_pattern()) ~ " and not "
        ~ reverse_etl._matches(reverse_etl._text_of_text(expression), ':[0-9.]+ ?(Z|UTC|[+-]00(:?00)?)$') ~ ")"
    ) -}}
{% endmacro %}

{#- Is an expression a timestamp with zone? -#}
{% macro _is_zoned_type(expression) %}
    {{- return(adapter.dispatch('_is_zoned_type', 'reverse_etl')(expression)) -}}
{% endmacro %}

{% macro default___is_zoned_type(expression) %}
    {{ reverse_etl._unsupported_engine('_is_zoned_type') }}
{% endmacro %}

{% macro duckdb___is_zoned_type(expression) %}
    {{- return("typeof(" ~ expression ~ ") = 'TIMESTAMP WITH TIME ZONE'") -}}
{% endmacro %}

{% macro postgres___is_zoned_type(expression) %}
    {{- return("pg_typeof(" ~ expression ~ ") = 'timestamp with time zone'::regtype") -}}
{% endmacro %}

{#- An expression's text, trimmed, if it is text; of other types the engine may spare itself the cast. -#}
{% macro _text_of_text(expression) %}
    {{- return(adapter.dispatch('_text_of_text', 'reverse_etl')(expression)) -}}
{% endmacro %}

{% macro default___text_of_text(expression) %}
    {{- return("trim(cast(" ~ expression ~ " as " ~ dbt.type_string() ~ "))") -}}
{% endmacro %}

{% macro duckdb___text_of_text(expression) %}
    {{- return(
        "case when typeof(" ~ expression ~ ") = 'VARCHAR' then trim(cast(" ~ expression ~ " as varchar)) else '' end"
    ) -}}
{% endmacro %}

{#- The zone at the end of an ISO time: Z, UTC or an offset. -#}
{% macro _zone_pattern() %}
    {{- return(':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)$') -}}
{% endmacro %}

{#-
    An ISO date, or date and time, that exists: days by month and leap year, and no second 60. Postgres has no
    safe cast, so the pattern must let nothing through that a cast would raise on.
-#}
{% macro _iso_time_pattern() %}
    {%- set year = '([0-9]{3}[1-9]|[0-9]{2}[1-9][0-9]|[0-9][1-9][0-9]{2}|[1-9][0-9]{3})' -%}
    {%- set leap_year = '([0-9]{2}(0[48]|[2468][048]|[13579][26])|(0[48]|[2468][048]|[13579][26])00)' -%}
    {%- set days = [
        year ~ '-(0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])',
        year ~ '-(0[13-9]|1[0-2])-(29|30)',
        year ~ '-(0[13578]|1[02])-31',
        leap_year ~ '-02-29',
    ] -%}
    {%- set time = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]{1,9})?)?' -%}
    {%- set zone = '( ?(Z|UTC|[+-](0[0-9]|1[0-4])(:?[0-5][0-9])?))?' -%}
    {{- return('^(' ~ days | join('|') ~ ')([T ]' ~ time ~ zone ~ ')?$') -}}
{% endmacro %}
