-- the shape of the step; the unit tests give its rows
{{ typed({'source_rows': dbt.type_bigint(), 'oldest_time': dbt.type_string()}) }}
