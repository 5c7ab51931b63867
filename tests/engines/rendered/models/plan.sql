{%- set plan = asked() -%}
{%- set at = {} -%}
{%- for name in reverse_etl._step_names(plan) if name not in reverse_etl._steps_in_place() -%}
    {%- do at.update({name: reverse_etl._step_table(plan.tables.ledger, name)}) -%}
{%- endfor -%}
{{ a_statement('session', reverse_etl._session_settings([])) if reverse_etl._session_settings([]) }}
{%- if reverse_etl._keeps_ctes() -%}
{{ a_statement('plan', reverse_etl._create_plan_table('a_plan', reverse_etl._plan(plan))) }}
{%- else -%}
{%- for name, select_sql in reverse_etl._plan_steps(plan, at) if name in at -%}
{%- if not loop.last %}{{ a_statement(name, reverse_etl._create_step_table(at[name], select_sql)) }}
{%- else %}{{ a_statement(name, reverse_etl._create_plan_table('a_plan', select_sql)) }}{% endif -%}
{%- endfor -%}
{%- endif -%}
{{ a_statement('summary', reverse_etl._plan_summary('a_plan', 3)) }}
{{- a_statement('demands of the source', reverse_etl._demands(plan.source, plan.now, 90, plan.click_time, [['Lead', 60], ["It's won", 1440]])) }}
{{- a_statement('demands', reverse_etl._planned_demands('a_plan', true)) }}
{{- a_statement('clicks in use', reverse_etl._retracted_of_clicks_in_use('a_plan', plan.source, ['Deal won'])) }}
{{- a_statement('export', reverse_etl._plan_export('a_plan')) }}
{{- a_statement('page', reverse_etl._plan_page('a_plan', 1, 1000)) }}
{{- a_statement('end', reverse_etl._drop_plan_table('a_plan')) }}
