-- the shape of the step; the unit tests give its rows
{{ typed(dict(
    dict.fromkeys(['counted_currency', 'status', 'moves_to_name', 'moves_to_time', 'side', 'class', 'reason', 'operation', 'conversion_name', 'conversion_time', 'adjustment_time', 'error_code',
        'message', 'tracking_id', 'goes_at', 'refused_at'] + reverse_etl._payload_columns(), dbt.type_string()),
    **dict(
        dict.fromkeys(['untouched'], 'boolean'),
        value=reverse_etl._type_double(), counted_value=reverse_etl._type_double(), attribution_credit=reverse_etl._type_double(), code=dbt.type_int(), row_count=dbt.type_int()
    )
)) }}
