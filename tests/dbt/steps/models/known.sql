-- the shape of the step; the unit tests give its rows
{% set flags = ['lifted', 'restate_in_doubt', 'retract_in_doubt', 'retract_refused', 'may_still_arrive', 'sent_this_run',
    'corrected_this_run', 'accepted_lately'] -%}
{% set types = {'value': reverse_etl._type_double(), 'attribution_credit': reverse_etl._type_double(),
    'adjusted_value': reverse_etl._type_double(), 'restate_refused_value': reverse_etl._type_double(),
    'restate_tried_value': reverse_etl._type_double(), 'accepted_at': dbt.type_timestamp(), 'answered_at': dbt.type_timestamp(),
    'code': dbt.type_int(), 'run_seq': dbt.type_bigint(), 'adjusted_run_seq': dbt.type_bigint()} -%}
select
    {% for column in reverse_etl._state_columns(true) + flags[-3:] -%}
    cast(null as {{ 'boolean' if column in flags else types.get(column, dbt.type_string()) }}) as {{ column }}{{ "," if not loop.last }}
    {% endfor %}
