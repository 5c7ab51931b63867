{% set plan = {'scope': 'of one', 'adjustments': var('adjustments')} -%}
select conversion_name, rule, class, reason, operation
from (
    {{ reverse_etl._step_ledger_decisions(plan, {'absent': ref('absent')}) }}
) as decisions
