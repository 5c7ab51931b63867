{% set plan = {'scope': 'of one', 'now': '2026-06-30T00:00:00Z', 'run_seq': 5, 'delay_hours': 0, 'max_age_days': 90} -%}
{% set at = {'open_rows': ref('open_rows'), 'known': ref('known'), 'source_decisions': ref('decisions'),
    'plain_counts': ref('plain_counts'), 'plain_attempts': ref('plain_attempts'), 'source_reach': ref('source_reach')} -%}
select conversion_name, place, past_90_days, was_out_of_reach, moves_to_name, moves_to_time
from (
    {{ reverse_etl._step_absent(plan, at) }}
) as absent
