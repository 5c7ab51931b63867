{#-
    What makes a row impossible to send, each rule once: the generic tests and the plan both come here.
    Arguments: now, an SQL timestamp without zone in UTC; click_time, a column, or none where the model has no click time.
    Returns a list of {name, standing, violated, until}: `standing` is what a row that breaks the rule becomes in a plan
    (invalid, expired or waiting; sendable where the rule is a hint that only a test gives), `violated` an SQL
    condition over the source model's columns. It is never null and never raises, whatever the data.
    Where a row breaks several rules, the first in this order names the reason.
    `until` is, where time alone mends it, an SQL timestamp from which on the rule is kept, else none.
-#}
{% macro _rules(now, click_time=none) %}
    {%- set rules = [
        ('conversion_name_missing', 'invalid', reverse_etl._rule_conversion_name_missing('conversion_name')),
        ('conversion_name_too_long', 'invalid', reverse_etl._rule_conversion_name_too_long('conversion_name')),
        ('conversion_name_forbidden_character', 'invalid', reverse_etl._rule_forbidden_character('conversion_name')),
        ('conversion_time_missing', 'invalid', reverse_etl._rule_conversion_time_missing('conversion_time')),
        ('conversion_time_out_of_range', 'invalid', reverse_etl._rule_conversion_time_out_of_range('conversion_time')),
        ('click_id_or_hash_missing', 'invalid', reverse_etl._rule_click_id_or_hash_missing(
            'microsoft_click_id', 'hashed_email_address', 'hashed_phone_number')),
        ('click_id_malformed', 'invalid', reverse_etl._rule_click_id_malformed('microsoft_click_id')),
        ('hashed_email_address_malformed', 'invalid', reverse_etl._rule_hash_malformed('hashed_email_address')),
        ('hashed_phone_number_malformed', 'invalid', reverse_etl._rule_hash_malformed('hashed_phone_number')),
        ('conversion_value_not_a_number', 'invalid',
            reverse_etl._rule_conversion_value_not_a_number('conversion_value')),
        ('conversion_value_out_of_range', 'invalid',
            reverse_etl._rule_conversion_value_out_of_range('conversion_value')),
        ('conversion_value_too_precise', 'invalid',
            reverse_etl._rule_conversion_value_too_precise('conversion_value')),
        ('currency_code_malformed', 'invalid', reverse_etl._rule_currency_code_malformed('conversion_currency_code')),
        ('attribution_credit_out_of_range', 'invalid',
            reverse_etl._rule_attribution_credit_out_of_range('external_attribution_credit')),
        ('attribution_credit_without_model', 'invalid', reverse_etl._rule_attribution_credit_without_model(
            'external_attribution_credit', 'external_attribution_model')),
        ('attribution_model_without_credit', 'invalid', reverse_etl._rule_attribution_model_without_credit(
            'external_attribution_credit', 'external_attribution_model')),
        ('attribution_model_forbidden_character', 'invalid',
            reverse_etl._rule_forbidden_character('external_attribution_model')),
        ('conversion_time_too_old', 'expired', reverse_etl._rule_conversion_time_too_old('conversion_time', now)),
        ('conversion_time_in_future', 'waiting', reverse_etl._rule_conversion_time_in_future('conversion_time', now)),
        ('currency_code_unlisted', 'sendable', reverse_etl._rule_currency_code_unlisted('conversion_currency_code')),
        ('conversion_time_not_utc', 'sendable', reverse_etl._rule_conversion_time_not_utc('conversion_time')),
    ] -%}
    {%- set until = {'conversion_time_in_future': reverse_etl._utc_timestamp('conversion_time')} -%}
    {%- if click_time is not none -%}
        {%- do rules.extend([
            ('conversion_before_click', 'invalid',
                reverse_etl._rule_conversion_before_click('conversion_time', click_time)),
            ('click_too_recent', 'waiting', reverse_etl._rule_click_too_recent(click_time, now)),
        ]) -%}
        {%- do until.update({'click_too_recent': reverse_etl._hour_after_click(click_time)}) -%}
    {%- endif -%}
    {%- set named = [] -%}
    {%- for name, standing, violated in rules -%}
        {%- do named.append({'name': name, 'standing': standing, 'violated': violated, 'until': until.get(name)}) -%}
    {%- endfor -%}
    {{- return(named) -}}
{% endmacro %}
