{#-
    Microsoft's click id out of a landing-page URL: the value of `msclkid`, null where it is absent or blank.
    - The parameter may stand anywhere in the query, its name in any case of letters. `xmsclkid` is another name.
    - A fragment is looked at too: sites with routes behind `#` carry their parameters there, and a click id is
      unmistakable. So is a bare query string without a URL around it, and `&amp;` copied out of HTML.
    - A URL inside a parameter of another URL, its delimiters percent-encoded up to three times, is looked into.
    - The first value that is not empty is given as it stands, decoded and trimmed, in its own case and with its
      dashes. A malformed one is given too, so that the rules name it instead of the row losing its click silently.
-#}
{% macro click_id_from_url(url) %}
    {%- do reverse_etl._check_engine() -%}
    {%- set text = namespace(sql="cast(" ~ url ~ " as " ~ reverse_etl._type_text() ~ ")") -%}
    {%- for encoded, plain in [
        ('%25', '%'), ('%25', '%'),
        ('%3F', '?'), ('%3f', '?'), ('%26', '&'), ('%23', '#'), ('%3B', ';'), ('%3b', ';'), ('%3D', '='), ('%3d', '=')
    ] -%}
        {%- set text.sql = "replace(" ~ text.sql ~ ", '" ~ encoded ~ "', '" ~ plain ~ "')" -%}
    {%- endfor -%}
    {%- set value = reverse_etl._first_match(text.sql, '(?:^|[?&#;])msclkid=([^&#;]+)') -%}
    {%- set decoded = namespace(sql=reverse_etl._replace_matches(value, '%3([0-9])', '\\1')) -%}
    {%- for code, character in [
        ('[46]1', 'a'), ('[46]2', 'b'), ('[46]3', 'c'), ('[46]4', 'd'), ('[46]5', 'e'), ('[46]6', 'f'),
        ('2[dD]', '-'), ('20', ' ')
    ] -%}
        {%- set decoded.sql = reverse_etl._replace_matches(decoded.sql, '%' ~ code, character) -%}
    {%- endfor -%}
    {{- return("nullif(trim(replace(" ~ decoded.sql ~ ", '+', ' ')), '')") -}}
{% endmacro %}
