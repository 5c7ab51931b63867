select reason, accepted, expiring, rows_in_all
from (
    {{ reverse_etl._report_rows(ref('decided'), '2026-04-01', '2026-04-11') }}
) as report_rows
