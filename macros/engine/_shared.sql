{#- What the files of several engines are made of. -#}

{#-
    A value written out in each place of a body that names it, for engines that have no name for a value inside an expression.
    Arguments: as of `_with_value`.
-#}
{% macro _written_out(value, name, body) %}
    {{- return(modules.re.sub('\\b' ~ name ~ '\\b', (value | string).replace('\\', '\\\\'), body | string)) -}}
{% endmacro %}

{#-
    Text that reads as a number, as a double: looked at first, since each engine's cast takes something of its own, and with the
    infinity and the zero of what is beyond a double.
    Arguments: text; safe_cast, SQL over `number_text`, null where it fails; infinity, as the engine's cast reads it.
-#}
{% macro _double_of_text(text, safe_cast, infinity='Infinity') %}
    {%- set double = " as " ~ reverse_etl._type_double() ~ ")" -%}
    {%- set infinite -%}
        case when substr(number_text, 1, 1) = '-' then cast('-{{ infinity }}'{{ double }} else cast('{{ infinity }}'{{ double }} end
    {%- endset -%}
    {%- set sql -%}
        case
            when {{ reverse_etl._matches('number_text', '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?$') }}
                then coalesce({{ safe_cast }}, case when {{ reverse_etl._matches('number_text', 'e-') }} then 0 else {{ infinite }} end)
            when number_text = 'nan' then cast('NaN'{{ double }}
            when {{ reverse_etl._matches('number_text', '^[-+]?inf(inity)?$') }} then {{ infinite }}
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value("lower(" ~ text ~ ")", 'number_text', sql)) -}}
{% endmacro %}

{#-
    An ISO time as every engine's cast reads it: with seconds, six decimals at most, and the zone, UTC where it states none, as an
    offset of hours and minutes. What is no ISO time stays none.
-#}
{% macro _iso_instant(text) %}
    {%- set form = namespace(sql=text) -%}
    {%- for pattern, replacement in [
        ('^(.{10})T', '\\1 '),
        ('^(.{10})$', '\\1 00:00'),
        ('([.][0-9]{6})[0-9]+', '\\1'),
        ('(:[0-9.]+) ?(Z|UTC)$', '\\1+00:00'),
        ('(:[0-9.]+) ?([+-][0-9]{2})$', '\\1\\2:00'),
        ('(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})$', '\\1\\2:\\3'),
        ('^(.{13}:[0-9]{2}[:0-9.]*)$', '\\1+00:00'),
        ('^(.{16})([+-])', '\\1:00\\2'),
    ] -%}
        {%- set form.sql = reverse_etl._replace_matches(form.sql, pattern, replacement) -%}
    {%- endfor -%}
    {{- return("case when " ~ reverse_etl._matches(text, reverse_etl._iso_time_pattern()) ~ " then " ~ form.sql ~ " end") -}}
{% endmacro %}

{#-
    `_local_to_utc` by what an engine has, whichever instant it takes where a local time names two or none: beside it the instants
    by the offsets of the day before and of the day after are looked at.
    Arguments: timestamp; to_utc, from_utc, SQL that converts, in which <time> stands for the time.
-#}
{% macro _local_to_utc_by(timestamp, to_utc, from_utc) %}
    {%- set plain = to_utc.replace('<time>', 'a_local_time') -%}
    {%- set before = reverse_etl._later('day', 1, to_utc.replace('<time>', reverse_etl._later('day', -1, 'a_local_time'))) -%}
    {%- set after = reverse_etl._later('day', -1, to_utc.replace('<time>', reverse_etl._later('day', 1, 'a_local_time'))) -%}
    {%- set sql -%}
        case
            when {{ from_utc.replace('<time>', plain) }} = a_local_time
                then greatest({{ plain }}, case when {{ from_utc.replace('<time>', after) }} = a_local_time then {{ after }} else {{ plain }} end)
            else greatest({{ before }}, {{ after }})
        end
    {%- endset -%}
    {{- return(reverse_etl._with_value(timestamp, 'a_local_time', sql)) -}}
{% endmacro %}

{#- `_without_accents` by a list, for engines that cannot take letters apart. Marks that stand by themselves go. -#}
{% macro _without_listed_accents(text) %}
    {%- set lists = namespace(accented='', plain='') -%}
    {%- for letters in reverse_etl._accents() -%}
        {%- set lists.accented = lists.accented ~ letters[1:] -%}
        {%- set lists.plain = lists.plain ~ letters[:1] * (letters | length - 1) -%}
    {%- endfor -%}
    {%- set bare = reverse_etl._replace_matches(text, '[\u0300-\u036f]', '') -%}
    {{- return("translate(" ~ bare ~ ", '" ~ lists.accented ~ "', '" ~ lists.plain ~ "')") -}}
{% endmacro %}

{#- What XML 1.0 has no way to write, as text. -#}
{% macro _forbidden_characters() %}
    {{- return(
        '\x01\x02\x03\x04\x05\x06\x07\x08\x0b\x0c\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b\x1c\x1d\x1e\x1f\ufffe\uffff'
    ) -}}
{% endmacro %}

{#- A pattern of Perl's kind as a literal: there `$` matches before a line break at the end, too. -#}
{% macro _perl_pattern(pattern) %}
    {{- return(reverse_etl._text_literal(pattern[:-1] ~ '\\z' if pattern.endswith('$') else pattern)) -}}
{% endmacro %}

{#- A replacement whose groups are written by `$`. -#}
{% macro _dollar_groups(replacement) %}
    {{- return(modules.re.sub('\\\\([0-9])', '$\\1', replacement)) -}}
{% endmacro %}

{#- Letters with what they are without the accents, each list beginning with it: all that Unicode takes apart so. -#}
{% macro _accents() %}
    {{- return((
        'AÀÁÂÃÄÅĀĂĄǍǞǠǺȀȂȦḀẠẢẤẦẨẪẬẮẰẲẴẶ BḂḄḆ CÇĆĈĊČḈ DĎḊḌḎḐḒ EÈÉÊËĒĔĖĘĚȄȆȨḔḖḘḚḜẸẺẼẾỀỂỄỆ FḞ GĜĞĠĢǦǴḠ HĤȞḢḤḦḨḪ'
        ~ ' IÌÍÎÏĨĪĬĮİǏȈȊḬḮỈỊ JĴ KĶǨḰḲḴ LĹĻĽḶḸḺḼ MḾṀṂ NÑŃŅŇǸṄṆṈṊ OÒÓÔÕÖŌŎŐƠǑǪǬȌȎȪȬȮȰṌṎṐṒỌỎỐỒỔỖỘỚỜỞỠỢ PṔṖ RŔŖŘȐȒṘṚṜṞ'
        ~ ' SŚŜŞŠȘṠṢṤṦṨ TŢŤȚṪṬṮṰ UÙÚÛÜŨŪŬŮŰŲƯǓǕǗǙǛȔȖṲṴṶṸṺỤỦỨỪỬỮỰ VṼṾ WŴẀẂẄẆẈ XẊẌ YÝŶŸȲẎỲỴỶỸ ZŹŻŽẐẒẔ'
        ~ ' aàáâãäåāăąǎǟǡǻȁȃȧḁạảấầẩẫậắằẳẵặ bḃḅḇ cçćĉċčḉ dďḋḍḏḑḓ eèéêëēĕėęěȅȇȩḕḗḙḛḝẹẻẽếềểễệ fḟ gĝğġģǧǵḡ hĥȟḣḥḧḩḫẖ'
        ~ ' iìíîïĩīĭįǐȉȋḭḯỉị jĵǰ kķǩḱḳḵ lĺļľḷḹḻḽ mḿṁṃ nñńņňǹṅṇṉṋ oòóôõöōŏőơǒǫǭȍȏȫȭȯȱṍṏṑṓọỏốồổỗộớờởỡợ pṕṗ rŕŗřȑȓṙṛṝṟ'
        ~ ' sśŝşšșṡṣṥṧṩ tţťțṫṭṯṱẗ uùúûüũūŭůűųưǔǖǘǚǜȕȗṳṵṷṹṻụủứừửữự vṽṿ wŵẁẃẅẇẉẘ xẋẍ yýÿŷȳẏẙỳỵỷỹ zźżžẑẓẕ ÆǢǼ ØǾ æǣǽ øǿ'
        ~ ' ſẛ ƷǮ ʒǯ ʹʹ ΑΆἈἉἊἋἌἍἎἏᾈᾉᾊᾋᾌᾍᾎᾏᾸᾹᾺΆᾼ ΕΈἘἙἚἛἜἝῈΈ ΗΉἨἩἪἫἬἭἮἯᾘᾙᾚᾛᾜᾝᾞᾟῊΉῌ ΙΊΪἸἹἺἻἼἽἾἿῘῙῚΊ ΟΌὈὉὊὋὌὍῸΌ ΡῬ'
        ~ ' ΥΎΫὙὛὝὟῨῩῪΎ ΩΏὨὩὪὫὬὭὮὯᾨᾩᾪᾫᾬᾭᾮᾯῺΏῼ αάἀἁἂἃἄἅἆἇὰάᾀᾁᾂᾃᾄᾅᾆᾇᾰᾱᾲᾳᾴᾶᾷ εέἐἑἒἓἔἕὲέ ηήἠἡἢἣἤἥἦἧὴήᾐᾑᾒᾓᾔᾕᾖᾗῂῃῄῆῇ'
        ~ ' ιΐίϊἰἱἲἳἴἵἶἷὶίιῐῑῒΐῖῗ οόὀὁὂὃὄὅὸό ρῤῥ υΰϋύὐὑὒὓὔὕὖὗὺύῠῡῢΰῦῧ ωώὠὡὢὣὤὥὦὧὼώᾠᾡᾢᾣᾤᾥᾦᾧῲῳῴῶῷ ϒϓϔ ІЇ АӐӒ ГЃ ЕЀЁӖ'
        ~ ' ЖӁӜ ЗӞ ИЍЙӢӤ КЌ ОӦ УЎӮӰӲ ЧӴ ЫӸ ЭӬ аӑӓ гѓ еѐёӗ жӂӝ зӟ ийѝӣӥ кќ оӧ уўӯӱӳ чӵ ыӹ эӭ ії ѴѶ ѵѷ ӘӚ әӛ ӨӪ өӫ'
    ).split(' ')) -}}
{% endmacro %}
