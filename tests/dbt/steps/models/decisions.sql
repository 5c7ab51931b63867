-- the shape of the decisions; the unit tests give their rows
{{ typed(dict.fromkeys(reverse_etl._identity_columns(true) + ['source_record_key', 'class', 'operation'], dbt.type_string())) }}
