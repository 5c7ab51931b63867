{#-
    What a push would do. Reading it changes nothing.
    Arguments: source, the source model's relation; tables, a dict of the relations ledger, receipts and runs; scope;
    unique_key, a column's name or none; now, the warehouse's time as UTC text; run_seq, of the push that asks, or none;
    seq_offset and batch_offset, the numbers already given in this run.
    Rows: one per source row, and one per identity that the ledger holds as taken or in doubt and that stands in no sendable
    source row. Only rows that need nothing stand together, as one with its `row_count`: source rows that are exactly as they
    were accepted, and conversions that have aged out.
    Columns: side (source | ledger), class, reason, operation (null: nothing is sent), seq, batch, the payload under the
    ledger's names, first_attempt, untouched (nothing may have been taken before), code, error_code, message and tracking_id
    of a refusal, known_before (is this the place of an identity known to be taken or in doubt?), row_count, and with
    source_rows and known_identities, the same in each row, the sums that the law of conservation is held against.
-#}
{% macro _plan(source, tables, scope, unique_key, now, run_seq=none, seq_offset=0, batch_offset=0) %}
{%- set now_timestamp = reverse_etl._timestamp_literal(now) -%}
{%- set keys = reverse_etl._identity_columns(scope) -%}
{%- set open = "(matched.known_seq is null or not matched.as_accepted or repeated.known_seq is not null)" -%}
with source_rows as (
    {{ reverse_etl._source_rows(source, unique_key) }}
),

source_bounds as (
    select {{ reverse_etl._utc_text("min(" ~ reverse_etl._utc_timestamp('conversion_time') ~ ")") }} as oldest_row
    from source_rows
),

-- a day more than Microsoft takes, and older only where the source itself is
{{ reverse_etl._states(tables, scope, condition=(
    "(attempts.conversion_time >= " ~ reverse_etl._literal(reverse_etl._days_before(now, 91))
    ~ " or attempts.conversion_time >= (select oldest_row from source_bounds))"
)) }},

-- source rows beside the conversions that were accepted at once, which are most
matched as (
    select
        source_rows.*,
        plain.run_seq as known_run_seq,
        plain.seq as known_seq,
        source_rows.record_key is not null as in_source,
        coalesce({{ reverse_etl._double('source_rows.conversion_value') }}, -1) = coalesce(plain.value, -1)
        and {{ reverse_etl._present_text('source_rows.conversion_currency_code') }} = plain.currency
        and coalesce({{ reverse_etl._double('source_rows.external_attribution_credit') }}, -1)
        = coalesce(plain.attribution_credit, -1)
        and {{ reverse_etl._present_text('source_rows.external_attribution_model') }} = plain.attribution_model
        and {{ reverse_etl._present_text('source_rows.hashed_email_address') }} = plain.hashed_email
        and {{ reverse_etl._present_text('source_rows.hashed_phone_number') }} = plain.hashed_phone as as_accepted
    from source_rows
    full outer join plain on {{ reverse_etl._same_as_source('source_rows', 'plain') }}
),

repeated as (
    select known_run_seq, known_seq
    from matched
    where in_source and known_seq is not null
    group by known_run_seq, known_seq
    having count(*) > 1
),

open_rows as (
    {{ reverse_etl._open_rows(now_timestamp, "matched.in_source and " ~ open) }}
),

closed_rows as (
    select
        {% if run_seq is not none -%} matched.known_run_seq = {{ run_seq }} {%- else -%} false {%- endif %} as in_this_run,
        count(*) as row_count,
        {{ reverse_etl._utc_text(
            "min(case when " ~ reverse_etl._utc_timestamp('matched.conversion_time') ~ " >= "
            ~ reverse_etl._timestamp_literal(reverse_etl._days_before(now, 90)) ~ " then "
            ~ reverse_etl._utc_timestamp('matched.conversion_time') ~ " end)"
        ) }} as oldest_time
    from matched
    {{ reverse_etl._join_repeated() }}
    where matched.in_source and not {{ open }}
    group by 1
),

known as (
    select
        {{ reverse_etl._listed(keys, 'recent') }},
        {{ reverse_etl._counted_columns('recent') }}
    from recent_attempts as recent
    inner join (select distinct known_run_seq, known_seq from open_rows) as opened
        on recent.run_seq = opened.known_run_seq and recent.seq = opened.known_seq
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
        known.status,
        known.restate_in_doubt,
        known.retract_in_doubt,
        known.restate_refused_value,
        known.restate_refused_currency,
        known.run_seq,
        known.code,
        known.error_code,
        known.message,
        known.tracking_id,
        coalesce(standing.value, -1) = coalesce(known.value, -1) and standing.currency = known.currency as same_value,
        coalesce(standing.attribution_credit, -1) = coalesce(known.attribution_credit, -1)
        and standing.attribution_model = known.attribution_model as same_attribution,
        standing.hashed_email = known.hashed_email and standing.hashed_phone = known.hashed_phone as same_hashes
    from standing_rows as standing
    full outer join known on {{ reverse_etl._same(keys, 'standing', 'known') }}
),

{{ reverse_etl._plan_source_side(tables, scope, run_seq) }},

{{ reverse_etl._plan_ledger_side(scope, run_seq, now) }},

planned as (
    select * from source_side
    union all
    select * from ledger_side
    union all
    {{ reverse_etl._plan_unsent('valid_rows', 'source', "'duplicate'", "'same_identity'", 'copy > 1') }}
    union all
    {{ reverse_etl._plan_unsent('open_rows', 'source', "'invalid'", 'invalid_reasons', "invalid_reasons <> ''") }}
    union all
    {{ reverse_etl._plan_together(
        'closed_rows', 'source', "case when in_this_run then 'accepted' else 'unchanged' end", 'row_count') }}
    union all
    {{ reverse_etl._plan_together('aged_out', 'ledger', "'aged_out'", 'row_count') }}
),

final as (
    select
        side,
        class,
        reason,
        operation,
        case when operation is not null then {{ seq_offset }} + n end as seq,
        case when operation is not null then {{ batch_offset }} + 1 + cast(floor((n - 1) / 1000.0) as bigint) end as batch,
        conversion_name,
        conversion_time,
        {{ reverse_etl._payload_columns() | join(",\n        ") }},
        first_attempt,
        untouched,
        code,
        error_code,
        message,
        tracking_id,
        known_before,
        row_count,
        (select count(*) from source_rows) as source_rows,
        (select count(*) from recent_attempts) - (select count(*) from eventful_attempts)
        + (select count(*) from folded where status in ('counted', 'in_doubt', 'maybe')) as known_identities
    from (
        select
            *,
            row_number() over (
                order by
                    case when operation is null then 1 else 0 end,
                    case when class = 'in_doubt' then 0 else 1 end,
                    conversion_time, conversion_name, click_id, hashed_email, hashed_phone
            ) as n
        from planned
    ) as numbered
)

select * from final
{% endmacro %}

{#- What is sent of a record beside its name and time, and the key it is known by. -#}
{% macro _payload_columns() %}
    {{- return([
        'record_key', 'click_id', 'hashed_email', 'hashed_phone', 'value', 'currency', 'attribution_credit', 'attribution_model'
    ]) -}}
{% endmacro %}
