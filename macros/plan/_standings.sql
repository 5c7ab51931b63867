{#-
    Rows of a run's last plan by side and standing: the class of what was not sent, the outcome of what was. What was in
    doubt and not reached stays in doubt, and a refusal that does not settle an earlier try is held: it may be taken.
    What replaces a conversion is held where that was not retracted, though the run tried; else its turn had not come.
    Of what is held, `beyond_help` no correction can help any more: it was retracted, or is older than the destination takes.
    Arguments: plan, the plan table's name; tables; scope; run_seq; now, UTC text; max_age_days, of the destination.
-#}
{% macro _standings(plan, tables, scope, run_seq, now, max_age_days) %}
{%- set oldest = reverse_etl._literal(reverse_etl._days_before(now, max_age_days)) -%}
    select
        planned.side as side,
        case
            when planned.class = 'replace' then case when stays.record_key is null then 'not_reached' else 'held' end
            when planned.operation is null then planned.class
            when attempts.seq is null and (planned.class = 'in_doubt' or planned.reason like '%_in_doubt') then 'in_doubt'
            when attempts.seq is null then 'not_reached'
            when attempts.outcome = 'rejected' and attempts.settles = 0 then 'held'
            -- a row that came back stays, and counts for nothing any more
            when attempts.outcome = 'accepted' and planned.operation = 'retract'
                then case planned.side when 'source' then 'held' else 'retracted' end
            else coalesce(attempts.outcome, 'in_doubt')
        end as standing,
        sum(planned.row_count) as rows_in_all,
        sum(case when {{ reverse_etl._is_known('planned.status') }} then planned.row_count else 0 end) as known_standing,
        sum(
            case
                when planned.class = 'held' and (planned.reason = 'retracted' or planned.conversion_time < {{ oldest }})
                    then planned.row_count
                else 0
            end
        ) as beyond_help,
        max(planned.source_rows) as source_rows,
        max(planned.known_identities) as known_identities
    from {{ plan }} as planned
    left join (
        {{ reverse_etl._attempts(tables, scope, condition="attempts.run_seq = " ~ run_seq) }}
    ) as attempts
        on planned.seq = attempts.seq
    left join (
        select distinct record_key
        from (
            {{ reverse_etl._attempts(
                tables, scope, condition="attempts.operation = 'retract' and attempts.run_seq = " ~ run_seq
            ) }}
        ) as retractions
        where coalesce(outcome, 'in_doubt') <> 'accepted'
    ) as stays
        on planned.record_key = stays.record_key
    group by 1, 2
{% endmacro %}

{#- Attempts of a run per outcome, as the ledger and its receipts have them. A retry is none: nothing of it left. -#}
{% macro _run_outcomes(tables, scope, run_seq) %}
    select
        coalesce(attempts.outcome, 'in_doubt') as outcome,
        count(distinct attempts.seq) as rows_in_all
    from (
        {{ reverse_etl._attempts(
            tables, scope, condition="attempts.operation <> 'retry' and attempts.run_seq = " ~ run_seq, with_not_sent=true
        ) }}
    ) as attempts
    group by 1
{% endmacro %}
