{#-
    The rows of a plan that a baseline marks: what a push would send and of which nothing can have been taken before;
    numbered without a gap, so that one receipt speaks of them all. sent_email and sent_phone: the hashes that were sent beside a
    click id, as the list has them; a correction has to name the same.
    Arguments: rows, a relation or a select in brackets; before, a time as UTC text, or none; listed, a dict of a
    relation and its columns (see `_listed_rows`), or none.
-#}
{% macro _baseline_rows(rows, before, listed) %}
{%- set keys = reverse_etl._identity_columns('of one') -%}
    select
        planned.*,
        {{ 'listed' if listed is not none else 'planned' }}.hashed_email as sent_email,
        {{ 'listed' if listed is not none else 'planned' }}.hashed_phone as sent_phone,
        row_number() over (order by planned.seq) as nth
    from (
        select
            everything.*,
            {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key
        from {{ rows }} as everything
        where side = 'source' and operation = 'send' and not ({{ reverse_etl._is_known('status') }})
            {%- if before is not none %} and conversion_time < {{ reverse_etl._literal(before) }} {%- endif %}
    ) as planned
    {%- if listed is not none %}
    inner join (
        select
            {{ reverse_etl._listed(keys) }},
            hashed_email,
            hashed_phone
        from (
            select
                listed_rows.*,
                row_number() over (partition by {{ reverse_etl._listed(keys) }} order by hashed_email desc, hashed_phone desc) as copy
            from ({{ reverse_etl._listed_rows(listed) }}) as listed_rows
        ) as copies
        where copy = 1
    ) as listed on {{ reverse_etl._same(keys, 'planned', 'listed') }}
    {%- endif %}
{% endmacro %}

{#-
    The rows of a relation that lists conversions, with the identity of each, as the plan makes it of the source's rows.
    Arguments: listed, a dict: relation; columns, the relation's own name for each of the source's columns that make an
    identity, or none where it has no such column.
-#}
{% macro _listed_rows(listed) %}
    select
        conversion_name,
        {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
        conversion_time,
        hashed_email,
        hashed_phone
    from (
        select
            {%- for name, column in [
                ('conversion_name', 'conversion_name'), ('click_id', 'microsoft_click_id'),
                ('hashed_email', 'hashed_email_address'), ('hashed_phone', 'hashed_phone_number'),
            ] %}
            {% if listed.columns[column] -%}
            {%- set text = reverse_etl._present_text(reverse_etl._quoted(listed.columns[column])) -%}
            {#- a plain address that somebody took for a hash must not get into the ledger -#}
            {{ reverse_etl._hash_or_blank(text) if name in ('hashed_email', 'hashed_phone') else text }}
            {%- else -%} '' {%- endif %} as {{ name }},
            {%- endfor %}
            coalesce(
                {{ reverse_etl._utc_text(reverse_etl._utc_timestamp(reverse_etl._quoted(listed.columns.conversion_time))) }}, ''
            ) as conversion_time
        from {{ listed.relation }}
    ) as cleaned
{% endmacro %}

{#- A hash as a source row has it, without white space and in lower case; blank where it is none. -#}
{% macro _hash_or_blank(text) %}
{%- set bare = reverse_etl._without_white_space(text) -%}
case when {{ reverse_etl._matches(bare, '^[0-9a-fA-F]{64}$') }} then lower({{ bare }}) else '' end
{%- endmacro %}

{#-
    Of a relation that lists conversions the rows that stand for no row of the source, those of them whose time cannot be read,
    and the conversions that do stand there.
-#}
{% macro _listed_counts(source, listed) %}
{%- set keys = reverse_etl._identity_columns('of one') -%}
    select
        coalesce(sum(case when source_rows.conversion_name is null then listed.row_count else 0 end), 0) as unmatched,
        coalesce(sum(case when listed.conversion_time = '' then listed.row_count else 0 end), 0) as unreadable,
        count(source_rows.conversion_name) as matched
    from (
        select
            {{ reverse_etl._listed(keys) }},
            count(*) as row_count
        from ({{ reverse_etl._listed_rows(listed) }}) as listed_rows
        group by {{ reverse_etl._listed(keys) }}
    ) as listed
    left join (
        select distinct {{ reverse_etl._listed(keys) }}
        from ({{ reverse_etl._source_rows(source, none) }}) as identified
    ) as source_rows on {{ reverse_etl._same(keys, 'listed', 'source_rows') }}
{% endmacro %}

{#-
    What a baseline would mark, by goal with the oldest and the newest time; beside it what a push would send in all,
    what of it is in doubt, and how many rows stand refused. Arguments: as for `_baseline_rows`.
-#}
{% macro _baseline_counts(rows, before, listed) %}
{%- set no_time = "cast(null as " ~ reverse_etl._type_text() ~ ")" -%}
with planned as (
    select * from {{ rows }} as everything
),

chosen as (
    {{ reverse_etl._baseline_rows('planned', before, listed) }}
)

select 'goal' as what, conversion_name, count(*) as rows_in_all, min(conversion_time) as oldest, max(conversion_time) as newest
from chosen
group by conversion_name
union all
select 'to_send' as what, '' as conversion_name, count(*) as rows_in_all, {{ no_time }} as oldest, {{ no_time }} as newest
from planned
where operation is not null
union all
select 'in_doubt' as what, '' as conversion_name, count(*) as rows_in_all, {{ no_time }} as oldest, {{ no_time }} as newest
from planned
where operation is not null and class = 'in_doubt'
union all
select 'refused' as what, '' as conversion_name, count(*) as rows_in_all, {{ no_time }} as oldest, {{ no_time }} as newest
from planned
where side = 'source' and class = 'held' and reason = 'rejected_unchanged' and status = 'rejected'
order by 1, 2
{% endmacro %}

{#-
    Writes the rows that a baseline marks into the ledger, in one insert. Their receipt stands before.
    Arguments: ledger; plan, the plan table's name; scope; run_seq; before and listed as for `_baseline_rows`; limit, the
    number of rows that the receipt speaks of: what a listing gained since they were counted is not marked.
-#}
{% macro _insert_baseline(ledger, plan, scope, run_seq, before, listed, limit) %}
    insert into {{ ledger }} (
        {{ reverse_etl._scope_columns() | join(", ") }}, run_seq, seq, batch, operation,
        conversion_name, click_id, hashed_email, hashed_phone, conversion_time, record_key,
        value, currency, attribution_credit, attribution_model, first_attempt, recorded_at
    )
    select
        {{ reverse_etl._scope_values(scope) }}, {{ run_seq }}, nth, 1, operation,
        conversion_name, click_id, sent_email, sent_phone, conversion_time, record_key,
        value, currency, attribution_credit, attribution_model, status = 'none', {{ reverse_etl._utc_now() }}
    from ({{ reverse_etl._baseline_rows(plan, before, listed) }}) as chosen
    where nth <= {{ limit }}
{% endmacro %}

{#- What a run holds as accepted, by goal: of a baseline, what it marked and what was not undone. -#}
{% macro _accepted_in_run(tables, scope, run_seq) %}
    select
        conversion_name,
        count(*) as rows_in_all,
        min(conversion_time) as oldest,
        max(conversion_time) as newest
    from (
        {{ reverse_etl._attempts(
            tables, scope, condition="attempts.run_seq = " ~ run_seq ~ " and coalesce(one_row.outcome, many_rows.outcome) = 'accepted'"
        ) }}
    ) as attempts
    group by conversion_name
    order by conversion_name
{% endmacro %}

{#- How many conversions of a run a later one tried again or corrected, and the first run that did. -#}
{% macro _touched_later(tables, scope, run_seq) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set marked -%}
    inner join (
        select distinct
            marked.conversion_name,
            {{ reverse_etl._identifier_key('marked.click_id', 'marked.hashed_email', 'marked.hashed_phone') }} as identifier_key,
            marked.conversion_time
        from {{ tables.ledger }} as marked
        where {{ reverse_etl._in_scope(scope, 'marked') }} and marked.run_seq = {{ run_seq }}
    ) as marked on {{ reverse_etl._same(keys, 'attempts', 'marked') }}
{%- endset -%}
    select
        count(*) as touched,
        min(first_run_seq) as first_run_seq
    from (
        select min(run_seq) as first_run_seq
        from (
            {{ reverse_etl._attempts(tables, scope, condition="attempts.run_seq > " ~ run_seq, joined=marked) }}
        ) as attempts
        group by {{ reverse_etl._listed(keys) }}
    ) as later
{% endmacro %}
