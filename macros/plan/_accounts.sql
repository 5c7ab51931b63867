{#-
    The accounts of a sync that routes its rows by a column: those that the source names, and those that were pushed to
    before, whose rows may all have left it. The blank one stands for rows that name none.
    Arguments: source, a relation; account_column, a column's name; tables; scope, whose account is not looked at.
    Columns: account_id, source_rows.
-#}
{% macro _accounts(source, account_column, tables, scope) %}
{%- set account = reverse_etl._account(account_column) -%}
{%- set of_sync = [] -%}
{%- for column in reverse_etl._scope_columns() if column != 'account_id' -%}
    {%- do of_sync.append(column ~ " = " ~ reverse_etl._literal(scope[column])) -%}
{%- endfor -%}
select
    account_id,
    sum(source_rows) as source_rows
from (
    select
        {{ account }} as account_id,
        count(*) as source_rows
    from {{ source }}
    group by {{ account }}
    union all
    select
        account_id,
        0 as source_rows
    from {{ tables.runs }}
    where {{ of_sync | join(' and ') }}
    group by account_id
) as found
group by account_id
order by account_id
{% endmacro %}

{#-
    The rows that a source routes to one account, or all others, as a relation to select from. Arguments as above; account_id, a
    text; others, which of the two.
-#}
{% macro _rows_of_account(source, account_column, account_id, others=false) -%}
    (
        select * from {{ source }}
        where {{ reverse_etl._account(account_column) }} {{ "<>" if others else "=" }} {{ reverse_etl._literal(account_id) }}
    ) as rows_of_account
{%- endmacro %}

{#- The account that a row names, without white space around it; the empty text where it names none. -#}
{% macro _account(account_column) %}
    {{- return(reverse_etl._trimmed(reverse_etl._text_or_empty(reverse_etl._quoted(account_column)))) -}}
{% endmacro %}
