{#-
    The source rows that need a closer look, under the ledger's names and with what is wrong with each, and
    the time from which on it need not wait.
    Arguments: now, an SQL timestamp; with_click_time.
-#}
{% macro _open_rows(now, with_click_time) %}
{%- set rules = reverse_etl._rules(now, 'click_time' if with_click_time else none) -%}
{%- set ends = [] -%}
{%- for rule in rules if rule.until -%}
    {%- do ends.append(
        "case when " ~ rule.violated ~ " then coalesce(" ~ reverse_etl._utc_text(rule.until) ~ ", '') else '' end"
    ) -%}
{%- endfor -%}
    select
        cleaned.*,
        {{ reverse_etl._identifier_key('click_id', 'hashed_email', 'hashed_phone') }} as identifier_key
    from (
        select
            matched.record_key,
            matched.known_run_seq,
            matched.known_seq,
            {{ reverse_etl._present_text('matched.conversion_name') }} as conversion_name,
            {{ reverse_etl._present_text('matched.microsoft_click_id') }} as click_id,
            {{ reverse_etl._present_text('matched.hashed_email_address') }} as hashed_email,
            {{ reverse_etl._present_text('matched.hashed_phone_number') }} as hashed_phone,
            coalesce({{ reverse_etl._utc_text(reverse_etl._utc_timestamp('matched.conversion_time')) }}, '') as conversion_time,
            {{ reverse_etl._double('matched.conversion_value') }} as value,
            {{ reverse_etl._present_text('matched.conversion_currency_code') }} as currency,
            {{ reverse_etl._double('matched.external_attribution_credit') }} as attribution_credit,
            {{ reverse_etl._present_text('matched.external_attribution_model') }} as attribution_model,
            {% for standing in ['invalid', 'expired', 'waiting'] -%}
            {% set broken = [] -%}
            {% for rule in rules if rule.standing == standing -%}
                {% do broken.append("case when " ~ rule.violated ~ " then '" ~ rule.name ~ ",' else '' end") -%}
            {% endfor -%}
            {{ dbt.concat(broken) }} as {{ standing }}_reasons,
            {% endfor %}
            {{ ends[0] if ends | length == 1 else "greatest(" ~ ends | join(", ") ~ ")" }} as goes_at
        from matched
        where matched.in_source
    ) as cleaned
{% endmacro %}
