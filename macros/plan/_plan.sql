{#-
    What a push would do. Reading it changes nothing.
    Arguments: source, the source model's relation; tables, a dict of the relations ledger, receipts and runs; scope;
    unique_key, a column's name or none; now, the warehouse's time as UTC text; run_seq, of the push that asks, or none;
    seq_offset and batch_offset, the numbers already given in this run; with_repeats, to look for
    conversions that several source rows stand for; adjustments, what may be corrected: restate, retract; quiet_runs, those
    that ended so lately that a call of theirs could still arrive; delay_hours, how long what was accepted waits for its
    first correction; click_time, the column of the source that has it, or none.
    Rows: one per source row, and one per identity that the ledger holds as taken or in doubt and that stands in no sendable
    source row. Only rows that need nothing stand together, as one with its `row_count`: source rows that are exactly as they
    were accepted, and conversions that have aged out.
    Columns: side (source | ledger), class, reason, operation (null: nothing is sent), seq, batch, the payload under the
    ledger's names, adjustment_time, first_attempt, untouched (nothing may have been taken before), code, error_code, message and tracking_id
    of a refusal, goes_at (UTC text: from when on what waits may go; blank where that is not known), refused_at (UTC text: when
    what is deferred was), known_before (is this the place of an identity known to be taken or in doubt?), row_count; and the same in
    each row, source_rows and known_identities, the sums that the law of conservation is held against, and
    unseen_repeats: source rows that are as accepted, less the conversions they stand for. Looking for rows that share one
    is dear, and most sources have none: where it is not 0, the plan is only right when made again with_repeats.
-#}
{% macro _plan(
    source, tables, scope, unique_key, now, run_seq=none, seq_offset=0, batch_offset=0, with_repeats=false, adjustments=[],
    quiet_runs=[], delay_hours=0, click_time=none
) %}
{%- set now_timestamp = reverse_etl._timestamp_literal(now) -%}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{#- a day more than Microsoft takes, and older only where the source itself is -#}
{%- set recent = (
    "(attempts.conversion_time >= " ~ reverse_etl._literal(reverse_etl._days_before(now, 91))
    ~ " or attempts.conversion_time >= (select oldest_row from source_bounds))"
) -%}
with source_rows as (
    {{ reverse_etl._source_rows(source, unique_key, click_time) }}
),

source_bounds as (
    select coalesce({{ reverse_etl._utc_text("min(" ~ reverse_etl._utc_timestamp('conversion_time') ~ ")") }}, '9') as oldest_row
    from {{ source }}
),

{{ reverse_etl._states(tables, scope, condition=recent, quiet_runs=quiet_runs) }},

-- the conversions that were accepted at once, which are most: no source row reaches those that are older than the oldest
reached as (
    select
        plain.*,
        {{ reverse_etl._hashes_beside('plain.click_id', 'plain.hashed_email', 'plain.hashed_phone') }} as hashes_beside
    from (
        {{ reverse_etl._plain(tables, scope, "attempts.conversion_time >= (select oldest_row from source_bounds)") }}
    ) as plain
),

{% if with_repeats -%}
repeated as (
    {{ reverse_etl._repeated_identities() }}
),
{%- endif %}

matched as (
    {{ reverse_etl._matched_rows(with_repeats, click_time is not none) }}
),

-- kept, since every reader would judge each row by all rules again
open_rows as {{ reverse_etl._materialized() }}(
    {{ reverse_etl._open_rows(now_timestamp, click_time is not none) }}
),

-- where the conversions stand that were accepted at once and need no closer look, looked at from the ledger
plain_places as (
    select
        case
            when plain.conversion_time < (select oldest_row from source_bounds) then 'out_of_reach'
            else 'as_accepted'
        end as place,
        {% if run_seq is not none -%} plain.run_seq = {{ run_seq }} {%- else -%} false {%- endif %} as in_this_run,
        count(*) as row_count,
        min(
            case when plain.conversion_time >= {{ reverse_etl._literal(reverse_etl._days_before(now, 90)) }} then plain.conversion_time end
        ) as oldest_time
    from (
        {{ reverse_etl._plain(tables, scope, recent, without="select known_run_seq, known_seq from matched") }}
    ) as plain
    group by 1, 2
),

closed_rows as (
    select * from plain_places where place = 'as_accepted'
),

-- what was accepted of the conversions that need a closer look
plain_seen as (
    {{ reverse_etl._with_acceptance(tables, scope, delay_hours, (
        "select attempts.*, numbers.in_source from (" ~ reverse_etl._ledger_rows(tables, scope) ~ ") as attempts"
        ~ " inner join (select distinct known_run_seq, known_seq, in_source from matched) as numbers"
        ~ " on attempts.run_seq = numbers.known_run_seq and attempts.seq = numbers.known_seq"
    )) }}
),

known as (
    select
        {{ reverse_etl._listed(keys, 'plain_seen') }},
        {{ reverse_etl._counted_columns('plain_seen') }}
    from plain_seen
    where in_source
    union all
    select * from folded
),

valid_rows as (
    -- of several rows of one identity the one that was sent stands, else the first: a later copy must not displace it
    select
        open_rows.*,
        row_number() over (
            partition by {{ reverse_etl._listed(keys, 'open_rows') }}
            order by
                case when open_rows.record_key = known.record_key then 0 else 1 end,
                open_rows.record_key, coalesce(open_rows.value, 1e300), open_rows.currency,
                coalesce(open_rows.attribution_credit, 2), open_rows.attribution_model,
                open_rows.hashed_email, open_rows.hashed_phone, open_rows.click_id
        ) as copy
    from open_rows
    left join known on {{ reverse_etl._same(keys, 'open_rows', 'known') }}
    where open_rows.invalid_reasons = ''
),

standing_rows as (
    select * from valid_rows where copy = 1
),

-- how far back the source reaches; one stray row past 90 days must not make it look older
bounds as (
    select coalesce(min(oldest_time), '') as oldest_time
    from (
        select oldest_time from closed_rows
        union all
        select conversion_time as oldest_time from standing_rows where expired_reasons = ''
    ) as times
),

compared as (
    select
        {%- for column in keys %}
        coalesce(standing.{{ column }}, known.{{ column }}) as {{ column }},
        {%- endfor %}
        {%- for column in reverse_etl._payload_columns() %}
        standing.{{ column }} as source_{{ column }},
        known.{{ column }} as ledger_{{ column }},
        {%- endfor %}
        standing.conversion_name is not null as in_source,
        standing.expired_reasons,
        standing.waiting_reasons,
        standing.goes_at,
        known.status,
        known.lifted,
        known.told_at,
        {%- for column in reverse_etl._correction_columns() + ['run_seq'] %}
        known.{{ column }},
        {%- endfor %}
        known.code,
        known.error_code,
        known.message,
        known.tracking_id,
        {{ reverse_etl._same_number('standing.value', 'known.value') }} and standing.currency = known.currency as same_value,
        {{ reverse_etl._same_number('standing.attribution_credit', 'known.attribution_credit') }}
        and standing.attribution_model = known.attribution_model as same_attribution,
        standing.hashed_email = known.hashed_email and standing.hashed_phone = known.hashed_phone as same_hashes
    from standing_rows as standing
    full outer join known on {{ reverse_etl._same(keys, 'standing', 'known') }}
),

{{ reverse_etl._plan_source_side(scope, run_seq, now, adjustments, delay_hours) }},

{{ reverse_etl._plan_ledger_side(tables, scope, run_seq, now, adjustments, delay_hours) }},

{{ reverse_etl._plan_kin(source, unique_key, tables, scope, adjustments) }},

{{ reverse_etl._plan_decided(scope, now, adjustments, delay_hours) }},

planned as (
    select * from source_side
    union all
    select * from ledger_side
    union all
    {{ reverse_etl._plan_unsent('valid_rows', "'duplicate'", "'same_identity'", 'copy > 1') }}
    union all
    {{ reverse_etl._plan_unsent('open_rows', "'invalid'", 'invalid_reasons', "invalid_reasons <> ''") }}
    union all
    {{ reverse_etl._plan_together(
        'closed_rows', 'source', "case when in_this_run then 'accepted' else 'unchanged' end", 'row_count') }}
    union all
    {{ reverse_etl._plan_together('aged_out', 'ledger', "'aged_out'", 'row_count') }}
),

totals as (
    select
        (select count(*) from {{ source }}) as source_rows,
        (select coalesce(sum(row_count), 0) from plain_places) + (select count(*) from plain_seen)
        + (select count(*) from folded where status in ('counted', 'in_doubt', 'maybe')) as known_identities,
        (select count(*) from open_rows) + (select coalesce(sum(row_count), 0) from closed_rows) as seen_rows
),

final as (
    select
        side,
        class,
        reason,
        operation,
        case when operation is not null then {{ seq_offset }} + n end as seq,
        {%- if adjustments %}
        -- each operation leaves in batches of its own
        case
            when operation is not null
                then {{ batch_offset }} + cast(sum(case when mod(nth, 1000) = 1 then 1 else 0 end) over (order by n) as bigint)
        end as batch,
        {%- else %}
        case when operation is not null then {{ batch_offset }} + 1 + cast(floor((n - 1) / 1000.0) as bigint) end as batch,
        {%- endif %}
        conversion_name,
        conversion_time,
        {{ reverse_etl._payload_columns() | join(",\n        ") }},
        adjustment_time,
        first_attempt,
        untouched,
        code,
        error_code,
        message,
        tracking_id,
        goes_at,
        refused_at,
        known_before,
        row_count,
        totals.source_rows,
        totals.known_identities,
        totals.source_rows - totals.seen_rows as unseen_repeats
    from (
        select
            ordered.*
            {%- if adjustments %},
            row_number() over (partition by operation order by n) as nth
            {%- endif %}
        from (
            select
                *,
                row_number() over (
                    order by
                        case operation when 'send' then 0 when 'restate' then 1 when 'retract' then 2 else 3 end,
                        case when class = 'in_doubt' then 0 else 1 end,
                        conversion_time, conversion_name, click_id, hashed_email, hashed_phone
                ) as n
            from planned
        ) as ordered
    ) as numbered
    cross join totals
)

select * from final
{% endmacro %}

{#- What is sent of a record beside its name and time, and the key it is known by. -#}
{% macro _payload_columns() %}
    {{- return([
        'record_key', 'click_id', 'hashed_email', 'hashed_phone', 'value', 'currency', 'attribution_credit', 'attribution_model'
    ]) -}}
{% endmacro %}

{#- What a fold tells of the corrections of a conversion, beside its status. -#}
{% macro _correction_columns() %}
    {{- return([
        'restate_in_doubt', 'retract_in_doubt', 'retract_refused', 'may_still_arrive', 'last_adjustment_time', 'accepted_at',
        'restate_tried_value', 'restate_tried_currency', 'adjusted', 'adjusted_outcome', 'adjusted_run_seq', 'adjusted_value',
        'adjusted_currency', 'restate_refused_value', 'restate_refused_currency'
    ]) -}}
{% endmacro %}

{#-
    Attempts that were accepted at once, with the time of that: read only where a correction has to wait for it.
    Arguments: rows, a select of attempts.
-#}
{% macro _with_acceptance(tables, scope, delay_hours, rows) %}
    {%- if delay_hours %}
    select found.*, accepted.answered_at as accepted_at
    from ({{ rows }}) as found
    left join (
        {{ reverse_etl._attempts(tables, scope, joined=(
            "inner join (select distinct run_seq, seq from (" ~ rows ~ ") as looked_for) as numbers"
            ~ " on attempts.run_seq = numbers.run_seq and attempts.seq = numbers.seq"
        )) }}
    ) as accepted on found.run_seq = accepted.run_seq and found.seq = accepted.seq
    {%- else %}
    select found.*, cast(null as {{ dbt.type_timestamp() }}) as accepted_at
    from ({{ rows }}) as found
    {%- endif %}
{% endmacro %}

{#- The condition that a conversion was accepted so lately that Microsoft may not find it yet to correct it. -#}
{% macro _accepted_recently(now, delay_hours) %}
    {%- if not delay_hours -%} {{- return("1 = 0") -}} {%- endif -%}
    {%- set since = reverse_etl._timestamp_literal(reverse_etl._days_before(now, delay_hours / 24)) -%}
    {{- return("accepted_at is not null and accepted_at > " ~ since) -}}
{% endmacro %}
