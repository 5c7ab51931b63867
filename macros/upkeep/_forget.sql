{#-
    The condition that a row carries an identifier that somebody gave, on a relation with record_key, click_key,
    hashed_email and hashed_phone.
    Arguments: given, a dict with a list of values for each of these columns; alias, of the relation.
-#}
{% macro _carries(given, alias) %}
    {%- set conditions = [] -%}
    {%- for column in ['record_key', 'click_key', 'hashed_email', 'hashed_phone'] if given[column] -%}
        {%- do conditions.append(alias ~ "." ~ column ~ " = " ~ reverse_etl._literal(given[column])) -%}
    {%- endfor -%}
    {{- return("(" ~ conditions | join(" or ") ~ ")") -}}
{% endmacro %}

{#-
    What the ledger holds of a person, as a chain of CTEs for `with recursive` that ends in `person`: the conversions
    which carry what was given, and from these all that share a click id or a key with one, since that is the same click
    or the same record. Hashes lead no further: a family may share a phone. Attempts that were never sent are among them.
    Arguments: tables, scope, given.
-#}
{% macro _person(tables, scope, given) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
held as (
    select distinct
        conversion_name,
        {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
        conversion_time,
        record_key,
        {{ reverse_etl._click_key('click_id') }} as click_key,
        hashed_email,
        hashed_phone
    from {{ tables.ledger }}
    where {{ reverse_etl._in_scope(scope) }}
),

linked as (
    select * from held where {{ reverse_etl._carries(given, 'held') }}
    union distinct
    select held.*
    from held
    inner join linked
        on (held.click_key <> '' and held.click_key = linked.click_key)
        or (held.record_key <> '' and held.record_key = linked.record_key)
        or ({{ reverse_etl._same(keys, 'held', 'linked') }})
),

person as (
    select
        {{ reverse_etl._listed(keys) }},
        row_number() over (order by {{ reverse_etl._listed(keys) }}) as number
    from (select distinct {{ reverse_etl._listed(keys) }} from linked) as identities
)
{% endmacro %}

{#- The attempts of a person by run_seq and seq, with the number of the conversion. -#}
{% macro _attempts_of_person(tables, scope, given) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
    with recursive {{ reverse_etl._person(tables, scope, given) }}

    select distinct
        written.run_seq,
        written.seq,
        person.number
    from (
        select
            run_seq,
            seq,
            conversion_name,
            {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
            conversion_time
        from {{ tables.ledger }}
        where {{ reverse_etl._in_scope(scope) }}
    ) as written
    inner join person on {{ reverse_etl._same(keys, 'written', 'person') }}
{% endmacro %}

{#-
    What stands of a person, as one row: records and attempts of the ledger, messages of their own receipts, records in
    doubt that can still be settled, and rows of the source that could be sent. A source row without click id and hashes
    holds no identifier but its key, and nothing of it can be sent.
    Arguments: source, tables, scope, unique_key, now as for the plan; given.
-#}
{% macro _forget_counts(source, tables, scope, unique_key, now, given) %}
{%- set keys = reverse_etl._identity_columns(scope) -%}
with recursive {{ reverse_etl._person(tables, scope, given) }},

attempts_that_count as (
    {{ reverse_etl._attempts(
        tables, scope, joined="inner join person on " ~ reverse_etl._same(keys, 'attempts', 'person')
    ) }}
),

states as (
    {{ reverse_etl._fold('attempts_that_count', scope) }}
),

numbers as (
    {{ reverse_etl._attempts_of_person(tables, scope, given) }}
)

select
    (select count(*) from person) as records,
    (select count(*) from numbers) as attempts,
    (
        select count(*)
        from {{ tables.receipts }} as receipts
        inner join numbers on receipts.run_seq = numbers.run_seq and receipts.seq_from = numbers.seq
        where {{ reverse_etl._in_scope(scope, 'receipts') }} and receipts.seq_from = receipts.seq_to and receipts.message <> ''
    ) as messages,
    (
        select count(*)
        from states
        where status = 'in_doubt' and conversion_time >= {{ reverse_etl._literal(reverse_etl._days_before(now, 90)) }}
    ) as in_doubt,
    (
        select count(*)
        from (
            select identified.*, {{ reverse_etl._click_key('click_id') }} as click_key
            from ({{ reverse_etl._source_rows(source, unique_key) }}) as identified
        ) as source_rows
        where (source_rows.click_id <> '' or source_rows.hashed_email <> '' or source_rows.hashed_phone <> '')
            and (
                {{ reverse_etl._carries(given, 'source_rows') }}
                or source_rows.click_key in (select click_key from linked where click_key <> '')
                or source_rows.record_key in (select record_key from linked where record_key <> '')
                or exists (select 1 from person where {{ reverse_etl._same(keys, 'source_rows', 'person') }})
            )
    ) as in_source
{% endmacro %}

{#- Attempts that carry what was given and belong to none of some scopes. Arguments: scopes, a list. -#}
{% macro _forget_elsewhere(ledger, scopes, given) %}
    select count(*) as attempts
    from (
        select
            record_key,
            {{ reverse_etl._click_key('click_id') }} as click_key,
            hashed_email,
            hashed_phone
        from {{ ledger }}
        where
            {%- for scope in scopes %}
            not ({{ reverse_etl._in_scope(scope) }}){{ " and" if not loop.last }}
            {%- endfor %}
    ) as others
    where {{ reverse_etl._carries(given, 'others') }}
{% endmacro %}

{#- Blanks what the destination said of a person's single rows; it may repeat what was sent. -#}
{% macro _forget_messages(tables, scope, given) %}
    update {{ tables.receipts }}
    set message = ''
    where {{ reverse_etl._in_scope(scope) }} and seq_from = seq_to and message <> ''
        and (run_seq, seq_from) in (
            select run_seq, seq from ({{ reverse_etl._attempts_of_person(tables, scope, given) }}) as numbers
        )
{% endmacro %}

{#-
    Puts a token in the place of a person's identifiers: the one statement that changes rows of the ledger, since adding
    rows forgets no person. All attempts of a conversion get the same token, and no two conversions share one, so
    that every fold and every count stays what it was. The token has no dashes, which do not count in click ids.
    Such a conversion can never be found in the source again: it ages out, or is held as gone. Microsoft knows nothing by
    the token, so whatever comes to retract what is gone has to leave these alone.
    Old versions of rows stay in an engine's files until it cleans up, as after any update.
-#}
{% macro _forget_identifiers(tables, scope, run_seq, given) %}
    update {{ tables.ledger }} as ledger
    set click_id = forgotten.token, hashed_email = '', hashed_phone = '', record_key = ''
    from (
        select
            run_seq,
            seq,
            {{ dbt.concat(["'" ~ reverse_etl._token_prefix(run_seq) ~ "'", "cast(number as " ~ reverse_etl._type_text() ~ ")"]) }} as token
        from ({{ reverse_etl._attempts_of_person(tables, scope, given) }}) as numbers
    ) as forgotten
    where {{ reverse_etl._in_scope(scope, 'ledger') }}
        and ledger.run_seq = forgotten.run_seq and ledger.seq = forgotten.seq
{% endmacro %}

{#- Conversions and attempts that a run put tokens in. -#}
{% macro _forgotten_counts(ledger, scope, run_seq) %}
{%- set prefix = reverse_etl._token_prefix(run_seq) -%}
    select
        count(distinct click_id) as records,
        count(*) as attempts
    from (
        select distinct click_id, run_seq, seq
        from {{ ledger }}
        where {{ reverse_etl._in_scope(scope) }} and substr(click_id, 1, {{ prefix | length }}) = '{{ prefix }}'
    ) as attempts
{% endmacro %}

{% macro _token_prefix(run_seq) %}
    {{- return('forgotten_' ~ run_seq ~ '_') -}}
{% endmacro %}

{#- The hash by which Microsoft knows a phone number; null where it cannot be read as one. -#}
{% macro _hash_of_phone(phone) %}
    select {{ reverse_etl.hashed_phone(reverse_etl._literal(phone)) }} as hashed_phone
{% endmacro %}
