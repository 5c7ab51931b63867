-- the shape of the decisions; the unit tests give their rows
{{ typed(dict.fromkeys(['source_record_key', 'class', 'operation'], dbt.type_string())) }}
