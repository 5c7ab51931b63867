-- the shape of the step; the unit tests give its rows
{{ typed({'place': dbt.type_string(), 'conversion_name': dbt.type_string(), 'in_this_run': 'boolean', 'row_count': dbt.type_bigint(), 'oldest_time': dbt.type_string()}) }}
