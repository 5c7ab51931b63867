{#- The version of this half of the product; the Python half must have the same. -#}
{% macro _package_version() %}
    {{- return('0.2.0') -}}
{% endmacro %}
