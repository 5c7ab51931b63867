{#-
    What a push would do, as a list of named steps; reading it changes nothing. Each step is one whole select over those before
    it, and says what a row of it is; the last one is the plan. Two renderers join them and differ in nothing else: `_plan`
    into one select by `with`, and `_create_step_table`, called for each but the last, into tables (`_keeps_ctes`).

    Arguments: plan, a dict:
    - source, the source model's relation; unique_key and click_time, columns of it, or none;
    - tables, a dict of the relations ledger, receipts and runs; scope, the part of them that is the sync's;
    - now, the warehouse's time as UTC text; run_seq, of the push that asks, -1 where none does;
    - seq_offset and batch_offset, the numbers already given in this run;
    - with_repeats, to look for conversions that several source rows stand for (see `unseen_repeats`);
    - adjustments, what may be corrected: restate, retract; quiet_runs, those that ended so lately that a call of theirs
      could still arrive; delay_hours, how long what was accepted waits for its first correction;
    - goals, those that rows are held for which they would refuse (see `_rules_of_goals`), or none;
    - elsewhere, of a sync whose rows name their accounts: its other accounts (see `_step_rows_elsewhere`), or none;
    - max_age_days and batch_rows, what the destination takes: no older conversion, and so many in a call.
    at: the relation that each step is found at, by the step's name; one that has none is put as a select where it is read.
    Returns a list of [name, select].
-#}
{% macro _plan_steps(plan, at) %}
    {%- set at = dict(at) -%}
    {%- set steps = [] -%}
    {%- for name in reverse_etl._step_names(plan) -%}
        {%- set select_sql = reverse_etl['_step_' ~ name](plan, at) | trim -%}
        {%- do steps.append([name, select_sql]) -%}
        {%- do at.setdefault(name, "(\n" ~ select_sql ~ "\n)") -%}
    {%- endfor -%}
    {{- return(steps) -}}
{% endmacro %}

{#-
    The names of the steps, in their order. Each is the macro `_step_<name>`: of the source in `_source_steps.sql`, of the ledger
    in `_ledger_steps.sql`, of keys in `_key_steps.sql`, of other accounts in `_elsewhere_steps.sql`; the last two stand here.
-#}
{% macro _step_names(plan) %}
    {{- return(
        ['source_rows', 'source_reach', 'keyed_rows', 'ledger_rows', 'answers', 'fences', 'uneven_attempts', 'eventful_attempts',
         'plain_attempts', 'states', 'matched_rows', 'known']
        + (['rows_elsewhere', 'sent_elsewhere', 'states_elsewhere', 'wanting_elsewhere', 'counted_elsewhere'] if plan.elsewhere else [])
        + ['open_rows', 'plain_counts', 'source_decisions', 'absent', 'ledger_decisions', 'candidates', 'key_attempts',
           'key_states', 'held_by_kin', 'decided', 'planned']
    ) -}}
{% endmacro %}

{#- Steps that nearly all of source or ledger goes through, and of which a reader needs little: a table would copy these. -#}
{% macro _steps_in_place() %}
    {{- return(['ledger_rows', 'plain_attempts', 'keyed_rows']) -}}
{% endmacro %}

{#-
    The plan as one select, for a warehouse that works a CTE out once however often it is read; or the rows of the step `last`.
-#}
{% macro _plan(plan, last='planned') %}
{%- set names = reverse_etl._step_names(plan) -%}
{#- of all that the source holds little is looked at more closely, too: reading it again is cheaper than keeping it -#}
{%- set in_place = ['source_rows'] + reverse_etl._steps_in_place() -%}
{%- set at = {} -%}
{%- for name in names -%} {%- do at.update({name: name}) -%} {%- endfor -%}
with {% for name, select_sql in reverse_etl._plan_steps(plan, at)[:names.index(last) + 1] -%}
{#-
    Said of each but the last two, which one reader each has and all of the source may go through: where DuckDB must find
    out which steps to keep, it takes more than twice as long before it begins.
-#}
{{- name }} as {{ reverse_etl._materialized(once=name not in in_place) if name not in ['decided', 'planned'] }}(
{{ select_sql }}
){{ "," if not loop.last }}

{% endfor -%}
select * from {{ last }}
{% endmacro %}

{#-
    A row is one of the plan, not yet numbered: each source row that needs a closer look, each conversion that the ledger holds
    as taken or in doubt and that stands in no row which could be sent; and, in one row with their number, those of which
    nothing is to do: source rows exactly as they were accepted, and conversions that have aged out.
    A repeat has the ledger's bytes, and a correction the identity as it was sent, never as the source has it now.
-#}
{% macro _step_decided(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set text, double = reverse_etl._type_text(), reverse_etl._type_double() -%}
{%- set facts = ['status', 'accepted_at', 'restate_in_doubt', 'retract_in_doubt', 'last_adjustment_time', 'code', 'error_code',
    'message', 'tracking_id'] -%}
with decisions as (
    select
        'source' as side,
        {{ reverse_etl._listed(keys + ['class', 'reason', 'operation', 'goes_at', 'answered_at'] + facts) }},
        cast(null as {{ text }}) as moves_to_name,
        cast(null as {{ text }}) as moves_to_time,
        {%- for column in reverse_etl._payload_columns() %}
        source_{{ column }},
        ledger_{{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ at.source_decisions }} as source_decisions
    union all
    select
        'ledger' as side,
        {{ reverse_etl._listed(keys + ['class', 'reason', 'operation']) }},
        '' as goes_at,
        cast(null as {{ reverse_etl._type_time() }}) as answered_at,
        {{ reverse_etl._listed(facts) }},
        moves_to_name,
        moves_to_time,
        {%- for column in reverse_etl._payload_columns() %}
        {% if column in ['value', 'currency'] -%}
        case when operation = 'restate' then restate_tried_{{ column }} else {{ column }} end as source_{{ column }},
        {%- else -%}
        {{ column }} as source_{{ column }},
        {%- endif %}
        {{ column }} as ledger_{{ column }}{{ "," if not loop.last }}
        {%- endfor %}
    from {{ at.ledger_decisions }} as ledger_decisions
    where class <> 'aged_out'
),

after_kin as (
    select
        decisions.*,
        held.reason as held_by,
        held.is_replacement,
        case when held.reason is null then decisions.operation else '' end as sent
    from decisions
    left join {{ at.held_by_kin }} as held
        on {{ reverse_etl._same(keys, 'decisions', 'held') }} and decisions.operation <> ''
)

select
    side,
    case when held_by is null then after_kin.class when is_replacement then 'replace' else 'held' end as class,
    coalesce(held_by, after_kin.reason) as reason,
    case sent when '' then null when 'repeat' then 'send' else sent end as operation,
    conversion_name,
    conversion_time,
    {%- for column in ['record_key', 'click_id', 'hashed_email', 'hashed_phone'] %}
    case when sent in ('repeat', 'restate', 'retract') then ledger_{{ column }} else source_{{ column }} end as {{ column }},
    {%- endfor %}
    case sent when 'repeat' then ledger_value when 'retract' then null else source_value end as value,
    case sent when 'repeat' then ledger_currency when 'retract' then '' else source_currency end as currency,
    case
        when sent = 'repeat' then ledger_attribution_credit
        when sent not in ('restate', 'retract') then source_attribution_credit
    end as attribution_credit,
    case
        when sent = 'repeat' then ledger_attribution_model
        when sent in ('restate', 'retract') then ''
        else source_attribution_model
    end as attribution_model,
    {{ reverse_etl._adjustment_time(plan) }} as adjustment_time,
    case when status in ('accepted', 'maybe_taken') then ledger_value end as counted_value,
    case when status in ('accepted', 'maybe_taken') then ledger_currency else '' end as counted_currency,
    case when after_kin.class = 'move' and held_by is null then moves_to_name end as moves_to_name,
    case when after_kin.class = 'move' and held_by is null then moves_to_time end as moves_to_time,
    status,
    case sent
        when 'restate' then not restate_in_doubt
        when 'retract' then not retract_in_doubt
        else status in ('none', 'rejected', 'deferred')
    end as untouched,
    code,
    error_code,
    message,
    tracking_id,
    case
        {%- if plan.delay_hours %}
        when after_kin.class = 'waiting' and after_kin.reason = 'accepted_recently'
            then coalesce({{ reverse_etl._utc_text(reverse_etl._later('second', (plan.delay_hours * 3600) | int, 'accepted_at')) }}, '')
        {%- endif %}
        when after_kin.class = 'waiting' and after_kin.reason <> 'quiet' then after_kin.goes_at
        else ''
    end as goes_at,
    case
        when after_kin.class = 'deferred' and held_by is null then coalesce({{ reverse_etl._utc_text('answered_at') }}, '')
        else ''
    end as refused_at,
    1 as row_count
from after_kin
union all
select
    side,
    class,
    '' as reason,
    {%- for column in ['operation', 'conversion_name', 'conversion_time'] + reverse_etl._payload_columns() %}
    cast(null as {{ double if column in ['value', 'attribution_credit'] else text }}) as {{ column }},
    {%- endfor %}
    '' as adjustment_time,
    cast(null as {{ double }}) as counted_value,
    '' as counted_currency,
    cast(null as {{ text }}) as moves_to_name,
    cast(null as {{ text }}) as moves_to_time,
    'accepted' as status,
    false as untouched,
    cast(null as {{ dbt.type_int() }}) as code,
    {%- for column in ['error_code', 'message', 'tracking_id'] %}
    cast(null as {{ text }}) as {{ column }},
    {%- endfor %}
    '' as goes_at,
    '' as refused_at,
    cast(row_count as {{ dbt.type_int() }}) as row_count
from (
    select
        'source' as side,
        case when in_this_run then 'accepted' else 'unchanged' end as class,
        sum(row_count) as row_count
    from {{ at.plain_counts }} as plain_counts
    where place = 'as_accepted'
    group by in_this_run
    union all
    select
        'ledger' as side,
        'aged_out' as class,
        (select count(*) from {{ at.ledger_decisions }} as decisions where class = 'aged_out')
        + (select coalesce(sum(row_count), 0) from {{ at.plain_counts }} as plain_counts where place = 'out_of_reach')
        - (select count(*) from {{ at.absent }} as absent where was_out_of_reach) as row_count
) as counts
where row_count > 0
{% endmacro %}

{#-
    A row is one of the plan. Columns: side (source | ledger), class, reason, operation (null: nothing is sent), seq, batch, the
    payload under the ledger's names, adjustment_time, counted_value and counted_currency (what counts at the destination now,
    as far as the ledger knows), moves_to_name and moves_to_time (the conversion that takes the place of a moved one),
    status (what the ledger says of the conversion; none: nothing), untouched (nothing may have been taken before), code,
    error_code, message and tracking_id of a refusal, goes_at (UTC text: from when on what waits may go; blank where that is
    not known), refused_at (UTC text: when what is deferred was), row_count; and the same in each row, source_rows and
    known_identities, the sums that the law of conservation is held against, and unseen_repeats: source rows that are as
    accepted, less the conversions they stand for.
    Looking for rows that share one is dear, and most sources have none: where it is not 0, the plan is only right when made
    again with_repeats.
-#}
{% macro _step_planned(plan, at) %}
{%- set keys = reverse_etl._listed(reverse_etl._identity_columns(plan.scope)) -%}
{%- set order -%}
            case operation when 'send' then 0 when 'restate' then 1 when 'retract' then 2 else 3 end,
            case when class = 'in_doubt' then 0 else 1 end,
            conversion_time, conversion_name, click_id, hashed_email, hashed_phone
{%- endset -%}
select
    side,
    class,
    reason,
    operation,
    case when operation is not null then {{ plan.seq_offset }} + n end as seq,
    -- the operations come one after another, and no batch holds two of them
    case
        when operation is not null
            then {{ plan.batch_offset }} + 1 + cast((n - 1 - mod(n - 1, {{ plan.batch_rows }})) / {{ plan.batch_rows }} as {{ dbt.type_bigint() }})
                + case operation when 'send' then 0 when 'restate' then 1 else 2 end
    end as batch,
    conversion_name,
    conversion_time,
    {{ reverse_etl._payload_columns() | join(",\n    ") }},
    adjustment_time,
    counted_value,
    counted_currency,
    moves_to_name,
    moves_to_time,
    status,
    untouched,
    code,
    error_code,
    message,
    tracking_id,
    goes_at,
    refused_at,
    row_count,
    totals.source_rows,
    totals.known_identities,
    totals.source_rows - totals.seen_rows as unseen_repeats
from (
    {{ reverse_etl._numbered(at.decided, order) }}
) as numbered
cross join (
    select
        (select source_rows from {{ at.source_reach }} as source_reach) as source_rows,
        (select coalesce(sum(row_count), 0) from {{ at.plain_counts }} as plain_counts)
        + (
            select count(*) from {{ at.known }} as known where {{ reverse_etl._is_known('status') }}
        ) as known_identities,
        (
            select coalesce(sum(row_count), 0) from {{ at.plain_counts }} as plain_counts where place = 'as_accepted'
        )
        {%- if plan.with_repeats %}
        + (select count(*) from {{ at.open_rows }} as open_rows) as seen_rows
        {%- else %}
        + (
            select coalesce(sum(case when copy = 1 then 1 else row_count end), 0)
            from (
                select {{ keys }}, copy, count(*) as row_count
                from {{ at.open_rows }} as open_rows
                group by {{ keys }}, copy
            ) as conversions
        ) as seen_rows
        {%- endif %}
) as totals
{% endmacro %}

{#- The condition that a conversion was taken, or may have been. Argument: status, a column. -#}
{% macro _is_known(status) -%}
    {{ status }} in ('accepted', 'in_doubt', 'maybe_taken')
{%- endmacro %}

{#- What is sent of a record beside its name and time, and the key it is known by. -#}
{% macro _payload_columns() %}
    {{- return([
        'record_key', 'click_id', 'hashed_email', 'hashed_phone', 'value', 'currency', 'attribution_credit', 'attribution_model'
    ]) -}}
{% endmacro %}

{#- The time of a correction: now, and later than the conversion and than every correction of it before. Blank of a send. -#}
{% macro _adjustment_time(plan) -%}
    {%- if not plan.adjustments -%} {{- return("''") -}} {%- endif -%}
    {%- set last = "cast(nullif(substr(last_adjustment_time, 1, 19), '') as " ~ reverse_etl._type_time() ~ ")" -%}
    case
        when sent in ('restate', 'retract')
            then greatest(
                {{ reverse_etl._literal(plan.now) }},
                conversion_time,
                coalesce({{ reverse_etl._utc_text(reverse_etl._later('second', 1, last)) }}, '')
            )
        else ''
    end
{%- endmacro %}
