-- the shape of the step; the unit tests give its rows
select
    {% for column in reverse_etl._identity_columns(true) + ['record_key', 'click_id', 'hashed_email', 'hashed_phone', 'currency',
        'attribution_model', 'invalid_reasons', 'expired_reasons', 'waiting_reasons', 'refusable_reasons', 'goes_at'] -%}
    cast(null as {{ dbt.type_string() }}) as {{ column }},
    {% endfor -%}
    cast(null as {{ reverse_etl._type_double() }}) as value,
    cast(null as {{ reverse_etl._type_double() }}) as attribution_credit,
    cast(null as boolean) as is_counted,
    cast(null as boolean) as counts_elsewhere,
    cast(null as {{ dbt.type_string() }}) as sent_under,
    cast(null as {{ dbt.type_int() }}) as copy
