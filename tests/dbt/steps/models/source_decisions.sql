{% set plan = {'scope': 'of one', 'adjustments': var('adjustments')} -%}
select conversion_name, rule, class, reason, operation
from (
    {{ reverse_etl._step_source_decisions(plan, {'open_rows': ref('open_rows'), 'known': ref('known')}) }}
) as decisions
