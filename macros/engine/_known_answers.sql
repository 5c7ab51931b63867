{#-
    What every engine must answer, in one select that gives what differs: no row where all is right. The lists are in
    `_known_texts` and `_known_values`. Columns: name, expected, got.
    Arguments: questions, those of `_questions` to ask.
-#}
{% macro _wrong_answers(questions) %}
    select
        name,
        expected,
        got
    from (
        {%- for question in questions %}
        {{ question[1] }}
        {{- " union all" if not loop.last }}
        {%- endfor %}
    ) as answers
    where coalesce(expected, '(null)') <> coalesce(got, '(null)')
{% endmacro %}

{#- Each question as [name, a select of its answers]. -#}
{% macro _questions() %}
    {%- set questions = [] -%}
    {%- for group in reverse_etl._known_texts() + reverse_etl._known_values() -%}
        {%- set sql %}
        select
            {{ dbt.concat([reverse_etl._literal(group[0] ~ ': '), "coalesce(given, '(null)')"]) }} as name,
            expected,
            {{ reverse_etl._answer_as_text(group[1], group[2]) }} as got
        from (
            {%- for given, expected in group[3] %}
            select {{ reverse_etl._nullable_text(given) }} as given, {{ reverse_etl._nullable_text(expected) }} as expected
            {{- " union all" if not loop.last }}
            {%- endfor %}
        ) as answers_{{ loop.index }}
        {%- endset -%}
        {%- do questions.append([group[0], sql]) -%}
    {%- endfor -%}
    {%- for name, condition in reverse_etl._known_conditions() -%}
        {%- set sql %}
        select {{ reverse_etl._literal(name) }} as name, 'true' as expected, {{ reverse_etl._answer_as_text('truth', condition) }} as got
        {%- endset -%}
        {%- do questions.append([name, sql]) -%}
    {%- endfor -%}
    {{- return(questions) -}}
{% endmacro %}

{#-
    An answer as text that is the same everywhere. Arguments: kind: text, time (UTC text), number (thousandths of it, or that it
    is not finite) or truth; expression.
-#}
{% macro _answer_as_text(kind, expression) %}
    {%- if kind == 'text' -%} {{- return(expression) -}}
    {%- elif kind == 'time' -%} {{- return(reverse_etl._utc_text(expression)) -}}
    {%- elif kind == 'truth' -%}
        {{- return("case when " ~ expression ~ " then 'true' when not (" ~ expression ~ ") then 'false' end") -}}
    {%- endif -%}
    {{- return(
        "case when " ~ expression ~ " is null then null when not " ~ reverse_etl._finite(expression) ~ " then 'not finite' else cast(cast("
        ~ expression ~ " * 1000 as " ~ dbt.type_bigint() ~ ") as " ~ reverse_etl._type_text() ~ ") end"
    ) -}}
{% endmacro %}

{% macro _nullable_text(value) %}
    {{- return("cast(" ~ reverse_etl._literal(value) ~ " as " ~ reverse_etl._type_text() ~ ")") -}}
{% endmacro %}

{#- What is true on every engine, as [name, condition]. -#}
{% macro _known_conditions() %}
    {%- set number, text = "cast(null as " ~ reverse_etl._type_double() ~ ")", "cast(null as " ~ reverse_etl._type_text() ~ ")" -%}
    {%- set time = reverse_etl._time_literal('2026-10-25 00:59:59.999999') -%}
    {%- set numbers = "(select 1 as n union all select 2 as n union all select cast(null as " ~ dbt.type_bigint() ~ ") as n) as numbers" -%}
    {{- return([
        ['two absent numbers are the same', reverse_etl._same_number(number, number)],
        ['an absent number is not 0', 'not (' ~ reverse_etl._same_number(number, '0') ~ ')'],
        ['an unknown condition is not true', 'coalesce(' ~ text ~ " = '', false) = false"],
        ['blank is not absent', "'' is not null and nullif('', '') is null"],
        ['letters in another case are others', "'a' <> 'A'"],
        ['a blank at the end counts', "'a' <> 'a '" if reverse_etl._counts_blanks() else "'a' = 'a '"],
        ['a letter with an accent is another', "'e' <> '\u00e9'"],
        ['nothing is below all times as text', "'' < '0001-01-01T00:00:00Z'"],
        ['9 is above all times as text', "'9999-12-31T23:59:59Z' > '9' and '2026-12-31T23:59:59Z' < '9'"],
        ['times as text are ordered', "greatest('2026-09-30T00:00:00Z', '2026-10-01T00:00:00Z', '') = '2026-10-01T00:00:00Z'"],
        ['the latest time as text', "(select max(t) from (select '2026-10-01T00:00:00Z' as t union all select '2026-09-30T00:00:00Z' as t"
            ~ " union all select " ~ text ~ " as t) as times) = '2026-10-01T00:00:00Z'"],
        ['what is added up leaves out what is absent', '(select sum(n) from ' ~ numbers ~ ') = 3 and (select count(n) from ' ~ numbers ~ ') = 2'],
        ['rows are numbered in their order', '(select sum(n * place) from ('
            ~ reverse_etl._numbered('(select 2 as place union all select 3 as place union all select 1 as place)', 'place')
            ~ ') as numbered) = 14'],
        ['what is left of a division', 'mod(2000, 1000) = 0 and mod(1001, 1000) = 1'],
        ['a number of 13 digits is whole', '7 * cast(1000000000000 as ' ~ dbt.type_bigint() ~ ') + 3 = 7000000000003'],
        ['a double keeps its last digit', "cast('0.1' as " ~ reverse_etl._type_double() ~ ") + cast('0.2' as "
            ~ reverse_etl._type_double() ~ ") <> cast('0.3' as " ~ reverse_etl._type_double() ~ ')'],
        ['the clock gives a time', reverse_etl._utc_now() ~ ' > ' ~ reverse_etl._time_literal('2026-01-01 00:00:00')],
        ['a second later', reverse_etl._later('second', 1, time) ~ ' = ' ~ reverse_etl._time_literal('2026-10-25 01:00:00.999999')],
        ['a microsecond later', reverse_etl._later('microsecond', 1, time) ~ ' = ' ~ reverse_etl._time_literal('2026-10-25 01:00:00')],
        ['an hour later, where clocks change', reverse_etl._later('hour', 1, time) ~ ' = ' ~ reverse_etl._time_literal('2026-10-25 01:59:59.999999')],
        ['ninety days earlier', reverse_etl._later('day', -90, time) ~ ' = ' ~ reverse_etl._time_literal('2026-07-27 00:59:59.999999')],
        ['a second is cut', reverse_etl._whole_second(time) ~ ' = ' ~ reverse_etl._time_literal('2026-10-25 00:59:59')],
        ['seconds over a change of the clock', reverse_etl._seconds_between(time, reverse_etl._time_literal('2026-10-25 02:59:59.999999')) ~ ' = 7200'],
        ['a date is its midnight', reverse_etl._utc_timestamp("cast('2026-10-25' as date)") ~ ' = ' ~ reverse_etl._time_literal('2026-10-25 00:00:00')],
        ['a time without zone is in UTC', reverse_etl._utc_timestamp(time) ~ ' = ' ~ time],
        ['it states no zone', 'not ' ~ reverse_etl._states_zone(time)],
        ['a decimal number is a double', reverse_etl._double('cast(12.5 as decimal(18, 5))') ~ ' = 12.5'],
        ['a quote in a name', '(select ' ~ reverse_etl._quoted('it"s `so`') ~ " from (select 'x' as " ~ reverse_etl._quoted('it"s `so`') ~ ") as named) = 'x'"],
        ['a value that is worked out once', reverse_etl._with_value("lower('A')", 'a_value', "a_value = 'a' and a_value <> 'A'")],
    ]) -}}
{% endmacro %}
