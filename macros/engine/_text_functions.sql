{#- Small functions on text that are named or flagged differently from engine to engine. -#}

{#- The characters of white space: what Unicode calls so, the no-break space included. trim knows the blank alone. -#}
{% macro _white_space() %}
    {{- return(
        ' \t\n\r\f\v\u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a'
        ~ '\u2028\u2029\u202f\u205f\u3000'
    ) -}}
{% endmacro %}

{#- A text without white space of any kind around it. -#}
{% macro _trimmed(text) %}
    {{- return("trim(" ~ text ~ ", '" ~ reverse_etl._white_space() ~ "')") -}}
{% endmacro %}

{#- SHA-256 of a text's UTF-8 bytes, as 64 hexadecimal digits in lower case. -#}
{% macro _sha256_hex(text) %}
    {{- return(adapter.dispatch('_sha256_hex', 'reverse_etl')(text)) -}}
{% endmacro %}

{% macro default___sha256_hex(text) %}
    {{ reverse_etl._unsupported_engine('_sha256_hex') }}
{% endmacro %}

{% macro duckdb___sha256_hex(text) %}
    {{- return("sha256(" ~ text ~ ")") -}}
{% endmacro %}

{% macro postgres___sha256_hex(text) %}
    {{- return("encode(sha256(convert_to(" ~ text ~ ", 'UTF8')), 'hex')") -}}
{% endmacro %}

{#- Letters without their accents: é becomes e. Letters of their own, such as ø and ß, stay. -#}
{% macro _without_accents(text) %}
    {{- return(adapter.dispatch('_without_accents', 'reverse_etl')(text)) -}}
{% endmacro %}

{% macro default___without_accents(text) %}
    {{ reverse_etl._unsupported_engine('_without_accents') }}
{% endmacro %}

{% macro duckdb___without_accents(text) %}
    {{- return("strip_accents(" ~ text ~ ")") -}}
{% endmacro %}

{#- The extension unaccent would need a right to create it; taking a letter apart and dropping the marks does not. -#}
{% macro postgres___without_accents(text) %}
    {{- return("normalize(regexp_replace(normalize(" ~ text ~ ", nfd), '[\\u0300-\\u036F]', '', 'g'), nfc)") -}}
{% endmacro %}

{#- Each match of a pattern replaced; \1 in the replacement is the first group. -#}
{% macro _replace_matches(text, pattern, replacement) %}
    {{- return(adapter.dispatch('_replace_matches', 'reverse_etl')(text, pattern, replacement)) -}}
{% endmacro %}

{% macro default___replace_matches(text, pattern, replacement) %}
    {{ reverse_etl._unsupported_engine('_replace_matches') }}
{% endmacro %}

{% macro duckdb___replace_matches(text, pattern, replacement) %}
    {{- return("regexp_replace(" ~ text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "', 'g')") -}}
{% endmacro %}

{% macro postgres___replace_matches(text, pattern, replacement) %}
    {{- return("regexp_replace(" ~ text ~ ", '" ~ pattern ~ "', '" ~ replacement ~ "', 'g')") -}}
{% endmacro %}

{#- What the first group of a pattern matched, in any case of letters; null or empty where nothing does. -#}
{% macro _first_match(text, pattern) %}
    {{- return(adapter.dispatch('_first_match', 'reverse_etl')(text, pattern)) -}}
{% endmacro %}

{% macro default___first_match(text, pattern) %}
    {{ reverse_etl._unsupported_engine('_first_match') }}
{% endmacro %}

{% macro duckdb___first_match(text, pattern) %}
    {{- return("regexp_extract(" ~ text ~ ", '(?i)" ~ pattern ~ "', 1)") -}}
{% endmacro %}

{% macro postgres___first_match(text, pattern) %}
    {{- return("substring(" ~ text ~ " from '(?i)" ~ pattern ~ "')") -}}
{% endmacro %}
