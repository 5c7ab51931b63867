-- the shape of the step; the unit tests give its rows
{{ typed(dict.fromkeys(reverse_etl._identity_columns(true) + ['record_key', 'reason', 'operation'], dbt.type_string())) }}
