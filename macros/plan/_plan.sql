{#-
    What a push would do, one row per source row and one per identity that the ledger holds as taken or in doubt and
    that stands in no sendable source row. Reading it changes nothing.
    Arguments: source, the source model's relation; tables, a dict of the relations ledger, receipts and runs; scope;
    unique_key, a column's name or none; now, the warehouse's time as UTC text; run_seq, of the push that asks, or none;
    seq_offset and batch_offset, the numbers already given in this run.
    Columns: side (source | ledger), class, reason, operation (null: nothing is sent), seq, batch, the payload under the
    ledger's names, first_attempt, untouched (nothing may have been taken before), code and error_code of a refusal; known_before (is this
    the place of an identity known to be taken or in doubt?) with source_rows and known_identities, the same in each row:
    the sums that the law of conservation is held against.
-#}
{% macro _plan(source, tables, scope, unique_key, now, run_seq=none, seq_offset=0, batch_offset=0) %}
{%- set now_timestamp = "cast(" ~ reverse_etl._literal(now[:19] | replace('T', ' ')) ~ " as timestamp)" -%}
{%- set keys = reverse_etl._identity_columns(scope) -%}
with source_rows as (
    {{ reverse_etl._source_rows(source, unique_key, now_timestamp) }}
),

valid_rows as (
    -- of several rows of one identity the first stands
    select
        *,
        row_number() over (
            partition by {{ reverse_etl._listed(keys) }}
            order by
                record_key, coalesce(value, 1e300), currency, coalesce(attribution_credit, 2), attribution_model,
                hashed_email, hashed_phone, click_id
        ) as copy
    from source_rows
    where invalid_reasons = ''
),

standing_rows as (
    select * from valid_rows where copy = 1
),

bounds as (
    select
        coalesce(min(conversion_time), '9999') as oldest_row,
        coalesce(min(case when expired_reasons = '' then conversion_time end), '0000') as oldest_open_row
    from standing_rows
),

-- a day more than Microsoft takes, and older only where the source itself is
{{ reverse_etl._known(tables, scope, condition=(
    "(attempts.conversion_time >= " ~ reverse_etl._literal(reverse_etl._days_before(now, 91))
    ~ " or attempts.conversion_time >= (select oldest_row from bounds))"
)) }},

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
    {{ reverse_etl._plan_unsendable('valid_rows', 'duplicate', "'same_identity'", 'copy > 1') }}
    union all
    {{ reverse_etl._plan_unsendable('source_rows', 'invalid', 'invalid_reasons', "invalid_reasons <> ''") }}
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
        (select count(*) from source_rows) as source_rows,
        (select count(*) from known where status in ('counted', 'in_doubt', 'maybe')) as known_identities
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
