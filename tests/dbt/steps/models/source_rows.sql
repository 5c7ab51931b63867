-- the shape of the step; the unit tests give its rows
{{ typed(dict(
    dict.fromkeys(['record_key', 'conversion_name', 'click_id', 'hashed_email', 'hashed_phone'], dbt.type_string()),
    conversion_at=dbt.type_timestamp()
)) }}
