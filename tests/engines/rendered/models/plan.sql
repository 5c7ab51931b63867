{%- set plan = asked() -%}
{%- set at = {} -%}
{%- for name in reverse_etl._step_names() if name not in reverse_etl._steps_in_place() -%}
    {%- do at.update({name: reverse_etl._step_table(plan.tables.ledger, name)}) -%}
{%- endfor -%}
{{ statement('session', reverse_etl._session_settings()) if reverse_etl._session_settings() }}
{%- if reverse_etl._keeps_ctes() -%}
{{ statement('plan', reverse_etl._create_plan_table('a_plan', reverse_etl._plan(plan))) }}
{%- else -%}
{%- for name, select_sql in reverse_etl._plan_steps(plan, at) if name in at -%}
{%- if not loop.last %}{{ statement(name, reverse_etl._create_step_table(at[name], select_sql)) }}
{%- else %}{{ statement(name, reverse_etl._create_plan_table('a_plan', select_sql)) }}{% endif -%}
{%- endfor -%}
{%- endif -%}
{{ statement('summary', reverse_etl._plan_summary('a_plan', 3)) }}
{{- statement('demands', reverse_etl._planned_demands('a_plan')) }}
{{- statement('export', reverse_etl._plan_export('a_plan')) }}
{{- statement('page', reverse_etl._plan_page('a_plan', 1, 1000)) }}
{{- statement('end', reverse_etl._drop_plan_table('a_plan')) }}
