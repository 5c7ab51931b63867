{#-
    The condition that a row is a person's, on a relation with record_key, click_key, hashed_email and hashed_phone and, where
    conversions are given, with name, identifier_key and time.
    Arguments: given, a dict with a list of values for each of these columns, and the list `conversions` of [conversion_name,
    identifier_key, conversion_time]; alias, of the relation.
-#}
{% macro _carries(given, alias) %}
    {%- set conditions = [] -%}
    {%- for column in ['record_key', 'click_key', 'hashed_email', 'hashed_phone'] if given[column] -%}
        {%- do conditions.append(reverse_etl._named_in(alias ~ "." ~ column, given[column])) -%}
    {%- endfor -%}
    {%- for conversion in given.conversions -%}
        {%- set same = [] -%}
        {%- for column in ['conversion_name', 'identifier_key', 'conversion_time'] -%}
            {%- do same.append(alias ~ "." ~ column ~ " = " ~ reverse_etl._literal(conversion[loop.index0])) -%}
        {%- endfor -%}
        {%- do conditions.append("(" ~ same | join(" and ") ~ ")") -%}
    {%- endfor -%}
    {{- return("(" ~ conditions | join(" or ") ~ ")") -}}
{% endmacro %}

{#- The attempts of a scope with what finds a person. Those that were never sent are among them. -#}
{% macro _held(ledger, scope) %}
    select
        {%- for column in reverse_etl._scope_keys(scope) %}
        {{ column }},
        {%- endfor %}
        conversion_name,
        {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key,
        conversion_time,
        record_key,
        {{ reverse_etl._click_key('click_id') }} as click_key,
        hashed_email,
        hashed_phone,
        run_seq,
        seq
    from {{ ledger }}
    where {{ reverse_etl._in_scope(scope) }}
{% endmacro %}

{#-
    What leads from a person's attempts to more of them: the same click or the same record is the same person. Hashes lead no
    further: a family may share a phone.
-#}
{% macro _linked(ledger, scope, given) %}
    select distinct
        record_key,
        click_key,
        conversion_name,
        identifier_key,
        conversion_time
    from ({{ reverse_etl._held(ledger, scope) }}) as held
    where {{ reverse_etl._carries(given, 'held') }}
{% endmacro %}

{#- The attempts of a person by run_seq and seq, with the number of the conversion. -#}
{% macro _attempts_of_person(ledger, scope, given) %}
    select distinct
        run_seq,
        seq,
        dense_rank() over (order by {{ reverse_etl._listed(reverse_etl._identity_columns(scope)) }}) as conversion
    from ({{ reverse_etl._held(ledger, scope) }}) as held
    where {{ reverse_etl._carries(given, 'held') }}
    order by run_seq, seq
{% endmacro %}

{#-
    What stands of a person beside the attempts, as one row: messages of their own receipts, records that are in doubt, or whose
    retraction is, and that a push can still settle, and rows of the source that could be sent. A source row without click id and
    hashes holds no identifier but its key, and nothing of it can be sent.
    Arguments: source, tables, scope, unique_key, now, adjustments as for the plan; of_sync, the scope that records are looked for
    in: what is in doubt in one account of a sync keeps the person in all of them; given, with all that leads to the person.
-#}
{% macro _forget_counts(source, tables, scope, of_sync, unique_key, now, adjustments, given) %}
{%- set keys = reverse_etl._identity_columns(of_sync) -%}
with held as (
    {{ reverse_etl._held(tables.ledger, of_sync) }}
),

person as (
    select distinct {{ reverse_etl._listed(keys) }}
    from held
    where {{ reverse_etl._carries(given, 'held') }}
),

attempts_that_count as (
    {{ reverse_etl._attempts(
        tables, of_sync, joined="inner join person on " ~ reverse_etl._same(keys, 'attempts', 'person')
    ) }}
),

states as (
    {{ reverse_etl._fold('attempts_that_count', of_sync) }}
)

select
    (
        select count(*)
        from {{ tables.receipts }} as receipts
        inner join (
            select distinct run_seq, seq
            from ({{ reverse_etl._held(tables.ledger, scope) }}) as held_here
            where {{ reverse_etl._carries(given, 'held_here') }}
        ) as numbers on receipts.run_seq = numbers.run_seq and receipts.seq_from = numbers.seq
        where {{ reverse_etl._in_scope(scope, 'receipts') }} and receipts.seq_from = receipts.seq_to and receipts.message <> ''
    ) as messages,
    (
        select count(*)
        from states
        where (status = 'in_doubt'{{ " or (retract_in_doubt and not retract_refused)" if 'retract' in adjustments }})
            and conversion_time >= {{ reverse_etl._literal(reverse_etl._days_before(now, 90)) }}
    ) as in_doubt,
    (
        select count(*)
        from (
            select identified.*, {{ reverse_etl._click_key('click_id') }} as click_key
            from ({{ reverse_etl._source_rows(source, unique_key) }}) as identified
        ) as source_rows
        where (source_rows.click_id <> '' or source_rows.hashed_email <> '' or source_rows.hashed_phone <> '')
            and {{ reverse_etl._carries(given, 'source_rows') }}
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

{#-
    The condition that a row is one of some attempts. Arguments: attempts, a list of [run_seq, seq, ...]; seq, the column.
-#}
{% macro _of_attempts(attempts, seq) %}
    {%- set by_run = {} -%}
    {%- for attempt in attempts -%} {%- do by_run.setdefault(attempt[0], []).append(attempt[1]) -%} {%- endfor -%}
    {%- set conditions = [] -%}
    {%- for run_seq, seqs in by_run.items() -%}
        {%- do conditions.append("(run_seq = " ~ run_seq ~ " and " ~ seq ~ " in (" ~ seqs | join(", ") ~ "))") -%}
    {%- endfor -%}
    {{- return("(" ~ conditions | join(" or ") ~ ")") -}}
{% endmacro %}

{#- Blanks what the destination said of a person's single rows; it may repeat what was sent. -#}
{% macro _forget_messages(receipts, scope, attempts) %}
    {{- return(reverse_etl._update(
        receipts,
        "message = ''",
        reverse_etl._in_scope(scope) ~ " and seq_from = seq_to and message <> '' and " ~ reverse_etl._of_attempts(attempts, 'seq_from')
    )) -}}
{% endmacro %}

{#-
    Puts a token in the place of a person's identifiers: the one statement that changes rows of the ledger, since adding
    rows forgets no person. All attempts of a conversion get the same token, and no two conversions share one, so
    that every fold and every count stays what it was. The token has no dashes, which do not count in click ids.
    Such a conversion can never be found in the source again: it ages out, or is held as gone. Microsoft knows nothing by
    the token, so whatever comes to retract what is gone has to leave these alone.
    Old versions of rows stay in an engine's files until it cleans up, as after any update.
    Arguments: attempts, a list of [run_seq, seq, number of the conversion].
-#}
{% macro _forget_identifiers(ledger, scope, run_seq, attempts) %}
    {%- set by_conversion = {} -%}
    {%- for attempt in attempts -%} {%- do by_conversion.setdefault(attempt[2], []).append(attempt) -%} {%- endfor -%}
    {%- set tokens -%}
        case
            {%- for conversion, of_it in by_conversion.items() %}
            when {{ reverse_etl._of_attempts(of_it, 'seq') }} then '{{ reverse_etl._token_prefix(run_seq) ~ conversion }}'
            {%- endfor %}
        end
    {%- endset -%}
    {{- return(reverse_etl._update(
        ledger,
        "click_id = " ~ tokens ~ ", hashed_email = '', hashed_phone = '', record_key = ''",
        reverse_etl._in_scope(scope) ~ " and " ~ reverse_etl._of_attempts(attempts, 'seq')
    )) -}}
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
