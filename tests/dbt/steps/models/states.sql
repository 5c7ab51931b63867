{% set plan = {'scope': 'of one', 'quiet_runs': [9]} -%}
select conversion_name, status, lifted, restate_in_doubt, retract_in_doubt, retract_refused, may_still_arrive, run_seq, value, code
from (
    {{ reverse_etl._step_states(plan, {'eventful_attempts': ref('eventful_attempts')}) }}
) as states
