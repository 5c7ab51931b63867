{{ reverse_etl.offline_conversions(
    from='crm.won_deals',
    conversion_name="'Deal won'",
    conversion_time=reverse_etl.to_utc('closed_at', 'Europe/Berlin'),
    microsoft_click_id=reverse_etl.click_id_from_url('landing_page_url'),
    hashed_email_address=reverse_etl.hashed_email('email'),
    hashed_phone_number=reverse_etl.hashed_phone('phone', default_country_code='+49'),
    conversion_value='amount',
    conversion_currency_code='currency',
    external_attribution_credit='credit',
    external_attribution_model='model',
    extra_columns=['deal_id'],
    click_time='clicked_at',
) }}
