{#-
    What makes a row impossible to send, each rule once: the generic tests and the plan both come here. A rule judges clean
    values (see `_clean_rows`): texts in which absent is empty, doubles and UTC timestamps that are null where the source's
    value is none.
    Arguments: now, an SQL timestamp without zone in UTC; max_age_days, of the destination; with_click_time, whether the model has one.
    goals: what they take, where rows that they would refuse are to be held (see `_rules_of_goals`), else none.
    Returns a list of {name, standing, violated, until}: `standing` is what a row that breaks the rule becomes in a plan
    (invalid, expired or waiting; refusable, held if nothing else is known of it; sendable where the rule is a hint that only a test gives), `violated` an SQL
    condition over the columns of `source_rows`. It is never null and never raises, whatever the data.
    Where a row breaks several rules, the first in this order names the reason.
    `until` is, where time alone ends the breach, an SQL timestamp from which on the rule is kept, else none.
-#}
{% macro _rules(now, max_age_days, with_click_time=false, goals=none) %}
    {%- set rules = [
        ('conversion_name_missing', 'invalid', reverse_etl._rule_conversion_name_missing('conversion_name')),
        ('conversion_name_too_long', 'invalid', reverse_etl._rule_conversion_name_too_long('conversion_name')),
        ('conversion_name_forbidden_character', 'invalid', reverse_etl._rule_forbidden_character('conversion_name')),
        ('conversion_time_missing', 'invalid', reverse_etl._rule_conversion_time_missing('conversion_at')),
        ('conversion_time_out_of_range', 'invalid', reverse_etl._rule_conversion_time_out_of_range('conversion_at')),
        ('click_id_or_hash_missing', 'invalid', reverse_etl._rule_click_id_or_hash_missing(
            'click_id', 'hashed_email', 'hashed_phone')),
        ('click_id_malformed', 'invalid', reverse_etl._rule_click_id_malformed('click_id')),
        ('hashed_email_address_malformed', 'invalid', reverse_etl._rule_hash_malformed('hashed_email')),
        ('hashed_phone_number_malformed', 'invalid', reverse_etl._rule_hash_malformed('hashed_phone')),
        ('conversion_value_not_a_number', 'invalid', reverse_etl._rule_value_not_a_number('value', 'has_value')),
        ('conversion_value_out_of_range', 'invalid', reverse_etl._rule_value_out_of_range('value')),
        ('conversion_value_too_precise', 'invalid', reverse_etl._rule_value_too_precise('value')),
        ('currency_code_malformed', 'invalid', reverse_etl._rule_currency_code_malformed('currency')),
        ('attribution_credit_out_of_range', 'invalid',
            reverse_etl._rule_credit_out_of_range('attribution_credit', 'has_credit')),
        ('attribution_credit_without_model', 'invalid',
            reverse_etl._rule_credit_without_model('has_credit', 'attribution_model')),
        ('attribution_model_without_credit', 'invalid',
            reverse_etl._rule_model_without_credit('has_credit', 'attribution_model')),
        ('attribution_model_forbidden_character', 'invalid', reverse_etl._rule_forbidden_character('attribution_model')),
        ('conversion_time_too_old', 'expired', reverse_etl._rule_conversion_time_too_old('conversion_at', now, max_age_days)),
        ('conversion_time_in_future', 'waiting', reverse_etl._rule_conversion_time_in_future('conversion_at', now)),
        ('currency_code_unlisted', 'sendable', reverse_etl._rule_currency_code_unlisted('currency')),
    ] -%}
    {%- set until = {'conversion_time_in_future': 'conversion_at'} -%}
    {%- if with_click_time -%}
        {%- do rules.extend([
            ('conversion_before_click', 'invalid', reverse_etl._rule_conversion_before_click('conversion_at', 'click_at')),
            ('click_too_recent', 'waiting', reverse_etl._rule_click_too_recent('click_at', now)),
        ]) -%}
        {%- do until.update({'click_too_recent': reverse_etl._hour_after_click('click_at')}) -%}
    {%- endif -%}
    {%- if goals -%} {%- do rules.extend(reverse_etl._rules_of_goals(goals, with_click_time)) -%} {%- endif -%}
    {%- set named = [] -%}
    {%- for name, standing, violated in rules -%}
        {%- do named.append({'name': name, 'standing': standing, 'violated': violated, 'until': until.get(name)}) -%}
    {%- endfor -%}
    {{- return(named) -}}
{% endmacro %}
