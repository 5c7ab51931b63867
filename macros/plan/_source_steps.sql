{#-
    The steps of the plan that look at the source model, in their order. Each macro is one whole select over the steps
    before it. Arguments of each: plan, what is asked for (see `_plan_steps`); at, the relation of each step by its name.
-#}

{#- A row is one of the source model, cleaned. The source is read here only. -#}
{% macro _step_source_rows(plan, at) %}
{{ reverse_etl._clean_rows(plan.source, plan.unique_key, plan.click_time) }}
{% endmacro %}

{#-
    The one row: how many rows the source has, and the oldest time in it: '9' where it has none, blank where that has no text, as
    Postgres's -infinity.
-#}
{% macro _step_source_reach(plan, at) %}
select
    count(*) as source_rows,
    coalesce({{ reverse_etl._utc_text('min(conversion_at)') }}, case when count(conversion_at) = 0 then '9' else '' end) as oldest_time
from {{ at.source_rows }}
{% endmacro %}

{#- A row is one of the source model, with the key of its conversion. -#}
{% macro _step_keyed_rows(plan, at) %}
{{ reverse_etl._keyed_rows(at.source_rows) }}
{% endmacro %}

{#-
    A row is a source row that does not stand exactly as it was accepted at once, or under another key, beside the number of
    the attempt that was; or such an attempt which stands in no source row (`in_source` is false). Most rows are neither: no
    step keeps them, and `plain_counts` counts them from the ledger.
-#}
{% macro _step_matched_rows(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
select
    {{ reverse_etl._named(reverse_etl._source_row_columns(plan), 'source_rows') }},
    source_rows.record_key is not null as in_source,
    plain.run_seq as known_run_seq,
    plain.seq as known_seq
from {{ at.keyed_rows }} as source_rows
full outer join (
    select
        attempts.*,
        {{ reverse_etl._hashes_beside('attempts.click_id', 'attempts.hashed_email', 'attempts.hashed_phone') }} as hashes_beside
    from {{ at.plain_attempts }} as attempts
    where attempts.conversion_time >= (select oldest_time from {{ at.source_reach }})
) as plain
    on {{ reverse_etl._same(keys, 'source_rows', 'plain') }}
{%- if plan.with_repeats %}
left join (
    select {{ reverse_etl._listed(keys) }}
    from {{ at.keyed_rows }} as keyed_rows
    group by {{ reverse_etl._listed(keys) }}
    having count(*) > 1
) as repeated
    on {{ reverse_etl._same(keys, 'source_rows', 'repeated') }}
{%- endif %}
where not coalesce(
    {{ reverse_etl._same_number('source_rows.value', 'plain.value') }}
    and source_rows.currency = plain.currency
    and {{ reverse_etl._same_number('source_rows.attribution_credit', 'plain.attribution_credit') }}
    and source_rows.attribution_model = plain.attribution_model
    and source_rows.hashes_beside = plain.hashes_beside
    and plain.record_key in (source_rows.record_key, '')
    {%- if plan.with_repeats %}
    and repeated.conversion_time is null
    {%- endif %},
    false
)
{% endmacro %}

{#-
    A row is a source row that needs a closer look, with the names of the rules that it breaks, the time from which on it
    need not wait (blank: it need not), `copy`, its place among the valid rows of its conversion, `is_counted`, that its
    conversion counts and no retraction of it will be sent, `sent_under`, the key that this was sent under, and
    `counts_elsewhere`, that it counts in another account that its row does not name any more. Of several copies the one that was sent stands, by its key and else its value, else the first: a later one must not displace it.
-#}
{% macro _step_open_rows(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
{%- set rules = reverse_etl._rules(reverse_etl._timestamp_literal(plan.now), plan.max_age_days, plan.click_time is not none, plan.goals) -%}
with judged as {{ reverse_etl._materialized() }}(
    select
        {{ reverse_etl._listed(reverse_etl._source_row_columns(plan)) }},
        {%- for standing in ['invalid', 'expired', 'waiting', 'refusable'] %}
        {{ reverse_etl._broken_rules(rules, standing) }} as {{ standing }}_reasons,
        {%- endfor %}
        {{ reverse_etl._latest_end(rules) }} as goes_at
    from {{ at.matched_rows }} as matched_rows
    where in_source
)

select
    {{ reverse_etl._named(
        reverse_etl._source_row_columns(plan)
        + ['invalid_reasons', 'expired_reasons', 'waiting_reasons', 'refusable_reasons', 'goes_at'], 'judged'
    ) }},
    {%- if plan.with_repeats %}
    case when judged.invalid_reasons = '' then row_number() over (
        partition by {{ reverse_etl._listed(keys, 'judged') }}
        order by
            case when judged.invalid_reasons = '' then 0 else 1 end,
            case when judged.record_key = known.record_key then 0 else 1 end,
            case when {{ reverse_etl._same_number('judged.value', 'known.value') }} and judged.currency = known.currency then 0 else 1 end,
            judged.record_key, coalesce(judged.value, 1e300), judged.currency,
            coalesce(judged.attribution_credit, 2), judged.attribution_model,
            judged.hashed_email, judged.hashed_phone, judged.click_id
    ) else 0 end as copy,
    {%- else %}
    case when judged.invalid_reasons = '' then 1 else 0 end as copy,
    {%- endif %}
    coalesce(
        known.status = 'accepted'{{ " and not known.retract_in_doubt" if 'retract' in plan.adjustments }}, false
    ) as is_counted,
    coalesce(known.record_key, '') as sent_under,
    {{ "elsewhere.conversion_name is not null" if plan.elsewhere else "false" }} as counts_elsewhere
from judged
left join {{ at.known }} as known on {{ reverse_etl._same(keys, 'judged', 'known') }}
{%- if plan.elsewhere %}
left join {{ at.counted_elsewhere }} as elsewhere on {{ reverse_etl._same(keys, 'judged', 'elsewhere') }}
{%- endif %}
{% endmacro %}

{#-
    A row is a source row that needs a closer look, with what is decided of it before the other conversions of its key
    have a say: the number of the rule, class, reason, operation. It stands beside what the ledger knows of its conversion. A row that is
    invalid or a duplicate stands for no conversion, and knows nothing.
-#}
{% macro _step_source_decisions(plan, at) %}
{%- set keys = reverse_etl._identity_columns(plan.scope) -%}
with compared as (
    select
        {{ reverse_etl._listed(keys, 'open_rows') }},
        {%- for column in reverse_etl._payload_columns() %}
        open_rows.{{ column }} as source_{{ column }},
        known.{{ column }} as ledger_{{ column }},
        {%- endfor %}
        {{ reverse_etl._listed(['copy', 'invalid_reasons', 'expired_reasons', 'waiting_reasons', 'refusable_reasons', 'goes_at', 'counts_elsewhere'], 'open_rows') }},
        coalesce(known.status, 'none') as status,
        {{ reverse_etl._listed(reverse_etl._fact_columns(), 'known') }},
        {{ reverse_etl._same_number('open_rows.value', 'known.value') }} and open_rows.currency = known.currency as same_value,
        {{ reverse_etl._same_number('open_rows.attribution_credit', 'known.attribution_credit') }}
        and open_rows.attribution_model = known.attribution_model as same_attribution,
        open_rows.hashed_email = known.hashed_email and open_rows.hashed_phone = known.hashed_phone as same_hashes
    from {{ at.open_rows }} as open_rows
    left join {{ at.known }} as known
        on {{ reverse_etl._same(keys, 'open_rows', 'known') }} and open_rows.copy = 1
),

facts as (
    select
        compared.*,
        same_value and same_attribution and same_hashes as same_in_all,
        source_value = restate_refused_value and source_currency = restate_refused_currency as value_was_refused,
        -- a correction that this run has tried, of a row that still says the same
        corrected_this_run
        and (
            adjusted = 'retract'
            or ({{ reverse_etl._same_number('source_value', 'adjusted_value') }} and source_currency = adjusted_currency)
        )
        and (
            coalesce(adjusted_outcome, '') <> 'accepted' or (same_value and same_attribution and not restate_in_doubt)
        ) as tried_this_run
    from compared
)

{{ reverse_etl._by_first_rule('facts', reverse_etl._source_decisions(), plan.adjustments) }}
{% endmacro %}

{#- The names of the broken rules of one standing, each with a comma after it; blank where no rule is of it. -#}
{% macro _broken_rules(rules, standing) %}
    {%- set broken = [] -%}
    {%- for rule in rules if rule.standing == standing -%}
        {%- do broken.append("case when " ~ rule.violated ~ " then '" ~ rule.name ~ ",' else '' end") -%}
    {%- endfor -%}
    {{- return(dbt.concat(broken) if broken | length > 1 else broken | first | default("''")) -}}
{% endmacro %}

{#- From when on the last of the broken rules that end with time is kept, as UTC text; blank where none is broken. -#}
{% macro _latest_end(rules) %}
    {%- set ends = [] -%}
    {%- for rule in rules if rule.until -%}
        {%- do ends.append(
            "case when " ~ rule.violated ~ " then coalesce(" ~ reverse_etl._utc_text(rule.until) ~ ", '') else '' end"
        ) -%}
    {%- endfor -%}
    {{- return(ends[0] if ends | length == 1 else "greatest(" ~ ends | join(", ") ~ ")") -}}
{% endmacro %}

{#- The columns of clean rows that later steps read, and the key of their conversion. -#}
{% macro _source_row_columns(plan) %}
    {{- return(
        ['record_key', 'conversion_name', 'conversion_at', 'conversion_time', 'click_id', 'hashed_email', 'hashed_phone', 'value',
         'has_value', 'currency', 'attribution_credit', 'has_credit', 'attribution_model', 'identifier_key']
        + (['click_at'] if plan.click_time else [])
    ) -}}
{% endmacro %}
