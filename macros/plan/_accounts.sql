{#-
    The accounts of a sync that routes its rows by a column: those that the source names, and those that were pushed to
    before, whose rows may all have left it. The blank one stands for rows that name none.
    Arguments: source, a relation; account_column, a column's name; tables; scope, whose account is not looked at.
    Columns: account_id, source_rows, accepted (about how many records the account accepted, ever).
-#}
{% macro _accounts(source, account_column, tables, scope) %}
{%- set account = reverse_etl._account(account_column) -%}
{%- set of_sync = [] -%}
{%- for column in reverse_etl._scope_columns() if column != 'account_id' -%}
    {%- do of_sync.append(column ~ " = " ~ reverse_etl._literal(scope[column])) -%}
{%- endfor -%}
select
    account_id,
    sum(source_rows) as source_rows,
    sum(accepted) as accepted
from (
    select
        {{ account }} as account_id,
        count(*) as source_rows,
        0 as accepted
    from {{ source }}
    group by {{ account }}
    union all
    select
        account_id,
        0 as source_rows,
        0 as accepted
    from {{ tables.runs }}
    where {{ of_sync | join(' and ') }}
    group by account_id
    union all
    select
        account_id,
        0 as source_rows,
        accepted
    from ({{ reverse_etl._accepted_by_scope(tables.receipts) }}) as scopes
    where {{ of_sync | join(' and ') }}
) as found
group by account_id
order by account_id
{% endmacro %}

{#- The rows that a source routes to one account, as a relation to select from. Arguments as above; account_id, a text. -#}
{% macro _rows_of_account(source, account_column, account_id) -%}
    (select * from {{ source }} where {{ reverse_etl._account(account_column) }} = {{ reverse_etl._literal(account_id) }}) as rows_of_account
{%- endmacro %}

{#- The account that a row names, without white space around it; the empty text where it names none. -#}
{% macro _account(account_column) %}
    {{- return(reverse_etl._trimmed(reverse_etl._text_or_empty(reverse_etl._quoted(account_column)))) -}}
{% endmacro %}
