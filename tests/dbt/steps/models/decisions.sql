-- the shape of the decisions; the unit tests give their rows
{{ typed(dict(
    dict.fromkeys(
        reverse_etl._identity_columns(true) + [
            'record_key', 'source_record_key', 'class', 'reason', 'operation', 'place', 'source_currency'
        ],
        dbt.type_string()
    ),
    source_value=dbt.type_float()
)) }}
