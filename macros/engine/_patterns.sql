{#- What is matched, in the regular expressions that all engines read alike. -#}

{#- The characters of white space: what Unicode calls so, the no-break space included. trim knows the blank alone. -#}
{% macro _white_space() %}
    {{- return(
        ' \t\n\r\f\v\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
        ~ '\u2028\u2029\u202f\u205f\u3000'
    ) -}}
{% endmacro %}

{#- One character of white space, or one without width. -#}
{% macro _blank_pattern() %}
    {{- return('[ \\t\\n\\r\\f\\v\u0085\u00a0\u00ad\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f\u2060\u3000\ufeff]') -}}
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
