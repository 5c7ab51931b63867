{% set at = {'key_attempts': ref('key_attempts'), 'key_states': ref('key_states'), 'candidates': ref('candidates'),
    'keyed_rows': '(' ~ reverse_etl._keyed_rows(ref('source_rows')) ~ ')', 'ledger_decisions': ref('decisions')} -%}
select conversion_name, reason, is_replacement
from (
    {{ reverse_etl._step_held_by_kin({'scope': 'of one'}, at) }}
) as held_by_kin
