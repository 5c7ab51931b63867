{#- The source model of the sync: one row per conversion, in the shape that Microsoft Advertising takes. -#}
{{ reverse_etl.offline_conversions(
    ref('conversions'),
    conversion_name='goal_name',
    conversion_time='converted_at',
    microsoft_click_id='microsoft_click_id',
    hashed_email_address='hashed_email_address',
    hashed_phone_number='hashed_phone_number',
    conversion_value='amount',
    conversion_currency_code='currency',
    extra_columns=['record_id']
) }}
