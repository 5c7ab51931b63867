{% set plan = {'scope': 'of one', 'seq_offset': 10, 'batch_offset': 3, 'batch_rows': 2} -%}
{% set at = {'decided': ref('decided'), 'source_reach': ref('source_reach'), 'plain_counts': ref('plain_counts'),
    'known': ref('known'), 'open_rows': ref('open_rows')} -%}
select conversion_name, seq, batch, source_rows, known_identities, unseen_repeats
from (
    {{ reverse_etl._step_planned(plan, at) }}
) as planned
