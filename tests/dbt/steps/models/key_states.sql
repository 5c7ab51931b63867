-- the shape of the step; the unit tests give its rows
{{ typed(dict(dict.fromkeys(reverse_etl._identity_columns(true) + ['known_status'], dbt.type_string()), retract_in_doubt='boolean')) }}
