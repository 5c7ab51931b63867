{#- The rows of a model that break a rule, in full, so that stored failures show all that is needed to correct them. -#}
{% macro _rows_that_break(model, violated) %}
{%- do reverse_etl._check_engine() %}
with rows_of_model as {{ reverse_etl._materialized() }}(
    select * from {{ model }}
)

select *
from rows_of_model
where {{ violated }}
{% endmacro %}
