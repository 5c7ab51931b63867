{#-
    Rules of the value, its currency, and external attribution. Engines disagree about NaN (greatest of all and
    equal to itself, or unequal to everything), so each comparison is written as "not within": true for NaN in both.
-#}

{#- Text that is no number, NaN, or an infinity. -#}
{% macro _rule_value_not_a_number(value, has_value) %}
    {{- return("(" ~ has_value ~ " and not " ~ reverse_etl._finite(value) ~ ")") -}}
{% endmacro %}

{% macro _rule_value_out_of_range(value) %}
    {{- return(
        "(" ~ reverse_etl._finite(value) ~ " and not " ~ reverse_etl._within(value, '0', '999999999999') ~ ")"
    ) -}}
{% endmacro %}

{#-
    More than 3 decimals. Within the range a thousandfold is exact enough in a double to find the nearest whole
    number, and a thousandth of that is the very double that the shorter number is. Only within: Postgres raises
    where 1e308 is multiplied.
-#}
{% macro _rule_value_too_precise(value) %}
    {{- return(
        "(case when " ~ reverse_etl._within(value, '0', '999999999999')
        ~ " then floor(" ~ value ~ " * 1000 + 0.5) / 1000 <> " ~ value ~ " else false end)"
    ) -}}
{% endmacro %}

{% macro _rule_currency_code_malformed(text) %}
    {{- return(reverse_etl._present_but_not(text, '^[A-Z]{3}$')) -}}
{% endmacro %}

{#-
    Well-formed, but not in the list that Microsoft published. A hint, not an obstacle: the list still has
    currencies that were replaced and lacks their successors, so the service may know better.
-#}
{% macro _rule_currency_code_unlisted(text) %}
    {{- return(
        "(" ~ reverse_etl._matches(text, '^[A-Z]{3}$') ~ " and " ~ text
        ~ " not in ('" ~ reverse_etl._currency_codes() | join("', '") ~ "'))"
    ) -}}
{% endmacro %}

{#- Attribution credit: a share of one conversion, above 0 and at most 1. -#}
{% macro _rule_credit_out_of_range(credit, has_credit) %}
    {{- return("(" ~ has_credit ~ " and not coalesce(" ~ credit ~ " > 0 and " ~ credit ~ " <= 1, false))") -}}
{% endmacro %}

{% macro _rule_credit_without_model(has_credit, model) %}
    {{- return("(" ~ has_credit ~ " and " ~ reverse_etl._is_white_space(model) ~ ")") -}}
{% endmacro %}

{% macro _rule_model_without_credit(has_credit, model) %}
    {{- return("(" ~ model ~ " <> '' and not " ~ has_credit ~ ")") -}}
{% endmacro %}

{#- Is anything there? Numbers answer without being written as text, which is slow. -#}
{% macro _present_number(column) %}
    {{- return(
        "(case when (" ~ column ~ ") is null then false when " ~ reverse_etl._double(column)
        ~ " is not null then true else (" ~ reverse_etl._present_text(column) ~ ") <> '' end)"
    ) -}}
{% endmacro %}

{% macro _finite(value) %}
    {{- return(reverse_etl._within(value, "cast('-1.7976931348623157e308' as " ~ reverse_etl._type_double() ~ ")",
                                   "cast('1.7976931348623157e308' as " ~ reverse_etl._type_double() ~ ")")) -}}
{% endmacro %}

{#- Never null; false for NaN, whether it is the greatest of all or unequal to everything. -#}
{% macro _within(value, lowest, highest) %}
    {{- return("coalesce(" ~ value ~ " >= " ~ lowest ~ " and " ~ value ~ " <= " ~ highest ~ ", false)") -}}
{% endmacro %}

{#- The 100 codes that Microsoft lists for conversion values (page of 2025-06-26). -#}
{% macro _currency_codes() %}
    {{- return((
        'AED ALL AMD ARS AUD AZN BDT BGN BHD BND BOB BRL BWP BZD CAD CHF CLP CNY COP CRC CZK DKK DOP DZD EGP ETB EUR'
        ~ ' FJD GBP GEL GHS GTQ HKD HNL HRK HUF IDR ILS INR IQD ISK JMD JOD JPY KES KGS KRW KWD KZT LBP LKR LYD MAD'
        ~ ' MKD MNT MOP MUR MVR MWK MXN MYR NGN NIO NOK NZD OMR PAB PEN PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SEK'
        ~ ' SGD THB TND TOP TRL TTD TWD TZS UAH UGX USD UYU UZS VEF VND XAF XCD XOF YER ZAR ZMW'
    ).split(' ')) -}}
{% endmacro %}
