{#-
    Local time in a named time zone as a timestamp without zone in UTC.
    Arguments: expression, SQL that gives a timestamp without zone or ISO text; time_zone, a name such as
    Europe/Berlin (a plain name, not SQL: use `case` in the model where rows differ).

    Twice a year a local time does not name one instant:
    - in autumn an hour comes twice. The later one is taken: 02:30 in Berlin is 01:30 UTC, not 00:30 UTC;
    - in spring an hour is missing. The offset from before the change is taken, so the time moves forward by as much
      as the clock did: 02:30 in Berlin becomes 01:30 UTC, which is 03:30 there.
    Both are the later of two possible instants, so that a conversion never comes to lie before its click.

    What states a zone itself (a timestamp with zone, or text with an offset) is converted by that, not by
    `time_zone`. Infinite times and those outside the years 1 to 9999 stay as they are, for the rules to find.
-#}
{% macro to_utc(expression, time_zone) %}
    {%- do reverse_etl._check_engine() -%}
    {%- set zone = time_zone | string | trim -%}
    {%- if not modules.re.match('^[A-Za-z][A-Za-z0-9_+/-]*$', zone) -%}
        {{ exceptions.raise_compiler_error(
            "reverse_etl: to_utc needs the name of a time zone, such as Europe/Berlin, and was given '" ~ zone ~ "'."
        ) }}
    {%- endif -%}
    {#- where this dbt lets its macros see the list: one message then, instead of one for every model and test -#}
    {%- if modules.pytz is defined and modules.pytz.all_timezones_set is defined and zone not in modules.pytz.all_timezones_set -%}
        {{ exceptions.raise_compiler_error(
            "reverse_etl: to_utc was given the time zone '" ~ zone ~ "', which does not exist. Write it as the time zone"
            ~ " database does, for example Europe/Berlin."
        ) }}
    {%- endif -%}
    {%- set within = (
        "case when local_time >= " ~ reverse_etl._time_literal('0001-01-02 00:00:00')
        ~ " and local_time < " ~ reverse_etl._time_literal('9999-12-31 00:00:00') ~ " then local_time end"
    ) -%}
    {%- set converted = (
        "coalesce(" ~ reverse_etl._local_to_utc(within, reverse_etl._text_literal(zone)) ~ ", local_time)"
    ) -%}
    {%- set sql -%}
        case
            when {{ reverse_etl._states_zone('given_time') }} then {{ reverse_etl._utc_timestamp('given_time') }}
            else {{ reverse_etl._with_value(reverse_etl._utc_timestamp('given_time'), 'local_time', converted) }}
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(expression, 'given_time', sql)) -}}
{% endmacro %}
