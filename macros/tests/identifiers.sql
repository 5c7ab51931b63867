{#- Generic tests of what a conversion is found by. -#}

{#- A click id, a hashed e-mail address or a hashed phone number is there. -#}
{% test click_id_or_hash_present(
    model,
    microsoft_click_id='microsoft_click_id',
    hashed_email_address='hashed_email_address',
    hashed_phone_number='hashed_phone_number'
) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(
    model,
    reverse_etl._rule_click_id_or_hash_missing(
        reverse_etl._present_text(microsoft_click_id),
        reverse_etl._present_text(hashed_email_address),
        reverse_etl._present_text(hashed_phone_number)
    )
) }}
{% endtest %}

{#- MicrosoftClickId, where it is there, is 32 hexadecimal digits, or a GUID with dashes. -#}
{% test click_id_well_formed(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_click_id_malformed(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#- HashedEmailAddress or HashedPhoneNumber, where it is there, is 64 hexadecimal digits in lower case. -#}
{% test hash_well_formed(model, column_name) %}
{{ config(severity='warn') }}
{{ reverse_etl._rows_that_break(model, reverse_etl._rule_hash_malformed(reverse_etl._present_text(column_name))) }}
{% endtest %}

{#-
    No two rows are the same conversion to Microsoft: same name and time to the second, and same click id or, without
    one, same hashes. The first would count and the others be ignored without a word, so this is an error by default.
    Gives all rows of such a group, with the columns that were compared. Rows without an identity are not judged, nor those past
    90 days, which no push sends.
-#}
{% test no_duplicate_identity(
    model,
    conversion_name='conversion_name',
    conversion_time='conversion_time',
    microsoft_click_id='microsoft_click_id',
    hashed_email_address='hashed_email_address',
    hashed_phone_number='hashed_phone_number'
) %}
{{ config(severity='error') }}
with rows_of_model as {{ reverse_etl._materialized() }}(
    select * from {{ model }}
),

named as (
    select
        rows_of_model.*,
        {{ reverse_etl._present_text(conversion_name) }} as identity_name,
        {{ reverse_etl._utc_timestamp(conversion_time) }} as identity_at,
        {{ reverse_etl._present_text(microsoft_click_id) }} as identity_click_id,
        {{ reverse_etl._present_text(hashed_email_address) }} as identity_email,
        {{ reverse_etl._present_text(hashed_phone_number) }} as identity_phone
    from rows_of_model
),

keyed as (
    select
        named.*,
        {{ reverse_etl._utc_text('identity_at') }} as identity_time,
        {{ reverse_etl._identifier_key('identity_click_id', 'identity_email', 'identity_phone') }} as identifier_key
    from named
    where not {{ reverse_etl._rule_conversion_name_missing('identity_name') }}
        and not {{ reverse_etl._rule_conversion_time_missing('identity_at') }}
        and not {{ reverse_etl._rule_conversion_time_out_of_range('identity_at') }}
        and not {{ reverse_etl._rule_conversion_time_too_old('identity_at', reverse_etl._utc_now(), 90) }}
        and not {{ reverse_etl._rule_click_id_or_hash_missing('identity_click_id', 'identity_email', 'identity_phone') }}
),

counted as (
    select
        keyed.*,
        count(*) over (
            partition by identity_name, identity_time, identifier_key
        ) as rows_of_identity
    from keyed
),

final as (
    select *
    from counted
    where rows_of_identity > 1
)

select * from final
{% endtest %}
