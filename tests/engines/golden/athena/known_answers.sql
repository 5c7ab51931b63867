select
name,
expected,
got
from (
select
'length and hash of a literal: ' || coalesce(given, '(null)') as name,
expected,
cast(length(given) as VARCHAR) || ' ' || lower(to_hex(sha256(to_utf8(given)))) as got
from (
select cast('' as VARCHAR) as given, cast('0 e3b0c44298fc1c149a...4cf1c9a2851a' as VARCHAR) as expected union all
select cast('it''s' as VARCHAR) as given, cast('4 24ceef1cb6b0cbc0b3...ebde03e98f14' as VARCHAR) as expected union all
select cast('a\b\n\''' as VARCHAR) as given, cast('7 84b126de05a779f176...a5697719cf4f' as VARCHAR) as expected union all
select cast('a
b' as VARCHAR) as given, cast('3 7e18f737311b2dc3b2...210e4b8764f8' as VARCHAR) as expected union all
select cast('${spark.master} $1 {{ x }} %s ?' as VARCHAR) as given, cast('31 24cca74d6f57dfb39...b09fd857430e' as VARCHAR) as expected union all
select cast('''; drop table x; --' as VARCHAR) as given, cast('19 599e8a59f32d2e435...b6571b2e2491' as VARCHAR) as expected union all
select cast('a 😀' as VARCHAR) as given, cast('3 e7f153acd4c3bb33de...20c19cca76e1' as VARCHAR) as expected union all
select cast('é' as VARCHAR) as given, cast('1 4a99557e4033c3539d...a13ba86890db' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_1 union all
select
'a text that is there: ' || coalesce(given, '(null)') as name,
expected,
case when trim(both ' ' from cast(given as VARCHAR)) = '' or cast(given as VARCHAR) is null then '' else cast(given as VARCHAR) end as got
from (
select cast('a ' as VARCHAR) as given, cast('a ' as VARCHAR) as expected union all
select cast(' a' as VARCHAR) as given, cast(' a' as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast('' as VARCHAR) as expected union all
select cast('   ' as VARCHAR) as given, cast('' as VARCHAR) as expected union all
select cast(' ' as VARCHAR) as given, cast(' ' as VARCHAR) as expected union all
select cast('	' as VARCHAR) as given, cast('	' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast('' as VARCHAR) as expected
) as answers_2 union all
select
'a text without white space around it: ' || coalesce(given, '(null)') as name,
expected,
trim(both '
' from given) as got
from (
select cast(' a b ' as VARCHAR) as given, cast('a b' as VARCHAR) as expected union all
select cast('
a  ' as VARCHAR) as given, cast('a' as VARCHAR) as expected union all
select cast('
' as VARCHAR) as given, cast('' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_3 union all
select
'a text without any white space: ' || coalesce(given, '(null)') as name,
expected,
regexp_replace(given, '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '') as got
from (
select cast(' a
b​﻿　c­' as VARCHAR) as given, cast('abc' as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast('' as VARCHAR) as expected
) as answers_4 union all
select
'only white space: ' || coalesce(given, '(null)') as name,
expected,
case when (not regexp_like(given, '[^
]')) then 'true' when not ((not regexp_like(given, '[^
]'))) then 'false' end as got
from (
select cast('' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('
' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('
' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast(' a' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('​' as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_5 union all
select
'a forbidden character: ' || coalesce(given, '(null)') as name,
expected,
case when regexp_like(given, '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]') then 'true' when not (regexp_like(given, '[\x00-\x08\x0B\x0C\x0E-\x1F\uFFFE\uFFFF]')) then 'false' end as got
from (
select cast('a	b
' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('a' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('￾' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('😀�' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_6 union all
select
'a text without accents: ' || coalesce(given, '(null)') as name,
expected,
normalize(regexp_replace(normalize(given, NFD), '[̀-ͯ]', ''), NFC) as got
from (
select cast('ÉéüçÑőș' as VARCHAR) as given, cast('EeucNos' as VARCHAR) as expected union all
select cast('ệấǖ' as VARCHAR) as given, cast('eau' as VARCHAR) as expected union all
select cast('éö' as VARCHAR) as given, cast('eo' as VARCHAR) as expected union all
select cast('йά' as VARCHAR) as given, cast('иα' as VARCHAR) as expected union all
select cast('øßłæ' as VARCHAR) as given, cast('øßłæ' as VARCHAR) as expected
) as answers_7 union all
select
'in lower case: ' || coalesce(given, '(null)') as name,
expected,
lower(given) as got
from (
select cast('ABCÉÜ' as VARCHAR) as given, cast('abcéü' as VARCHAR) as expected
) as answers_8 union all
select
'64 hexadecimal digits: ' || coalesce(given, '(null)') as name,
expected,
case when regexp_like(given, '^[0-9a-f]{64}\z') then 'true' when not (regexp_like(given, '^[0-9a-f]{64}\z')) then 'false' end as got
from (
select cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('ec81f3ac7b2b19675bab...24adfe82ecef' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('
ec81f3ac7b2b19675ba...a8c4d4b0a5b5' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('EC81F3AC7B2B19675BAB...7f2dc0c39666' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('ec81f3ac7b2b19675bab...bc042879ac00' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_9 union all
select
'each match replaced: ' || coalesce(given, '(null)') as name,
expected,
regexp_replace(given, '%3([0-9])', '<$1>') as got
from (
select cast('%31%32 $1' as VARCHAR) as given, cast('<1><2> $1' as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast('' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_10 union all
select
'the part before the @: ' || coalesce(given, '(null)') as name,
expected,
split_part(
given,
'@',
1
)
as got
from (
select cast('a.b@c.de' as VARCHAR) as given, cast('a.b' as VARCHAR) as expected
) as answers_11 union all
select
'a part of a text: ' || coalesce(given, '(null)') as name,
expected,
substr(given, 2, 3) as got
from (
select cast('abcdef' as VARCHAR) as given, cast('bcd' as VARCHAR) as expected union all
select cast('a' as VARCHAR) as given, cast('' as VARCHAR) as expected
) as answers_12 union all
select
'a click id: ' || coalesce(given, '(null)') as name,
expected,
nullif(trim(replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_extract(replace(replace(replace(replace(replace(replace(replace(replace(replace(replace(cast(given as VARCHAR), '%25', '%'), '%25', '%'), '%3F', '?'), '%3f', '?'), '%26', '&'), '%23', '#'), '%3B', ';'), '%3b', ';'), '%3D', '='), '%3d', '='), '(?i)(?:^|[?&#;])msclkid=([^&#;]+)', 1), '%3([0-9])', '$1'), '%[46]1', 'a'), '%[46]2', 'b'), '%[46]3', 'c'), '%[46]4', 'd'), '%[46]5', 'e'), '%[46]6', 'f'), '%2[dD]', '-'), '%20', ' '), '+', ' ')), '') as got
from (
select cast('https://www.example....c4fe7335d19b' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....d1038af132c5' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....6dc8e6a39666' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....f86492193361' as VARCHAR) as given, cast('F894F652EA334E739002F7167AB8F8E3' as VARCHAR) as expected union all
select cast('https://www.example.com/?msclkid=f894f652%2Dea33%2D4e73' as VARCHAR) as given, cast('f894f652-ea33-4e73' as VARCHAR) as expected union all
select cast('https://www.example.com/?msclkid=%66%38%39%34%64%45' as VARCHAR) as given, cast('f894de' as VARCHAR) as expected union all
select cast('https://www.example....cfcfde17019a' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://app.example....d8342c306493' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('msclkid=f894f652ea334e739002f7167ab8f8e3&a=1' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....414132757c67' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....4402738f5509' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....a6cce97d48a9' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example....68b040e6170e' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://go.example.c...779ccc7d11a8' as VARCHAR) as given, cast('f894f652ea334e739002f7167ab8f8e3' as VARCHAR) as expected union all
select cast('https://www.example.com/?msclkid=it''s' as VARCHAR) as given, cast('it''s' as VARCHAR) as expected union all
select cast('https://www.example.com/?msclkid=100%' as VARCHAR) as given, cast('100%' as VARCHAR) as expected union all
select cast('https://www.example....360fa65b8a87' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('https://www.example....0f60be2d6a4c' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('https://www.example....49a74b4f5795' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('https://www.example....baf8e1b07ec2' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('https://www.example.com/?msclkid' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('https://www.example.com/?msclkid=%20&a=1' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_13 union all
select
'an e-mail address: ' || coalesce(given, '(null)') as name,
expected,
transform(array[regexp_replace(cast(given as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_email -> case
when regexp_like(given_email, '^[0-9a-fA-F]{64}\z') then lower(given_email)
else transform(array[regexp_replace(regexp_replace(lower(normalize(regexp_replace(normalize(given_email, NFD), '[̀-ͯ]', ''), NFC)), '^<?(mailto:)?|>\z', ''), '[+][^@]*@', '@')], address -> case
when regexp_like(address, '^[^@.<>:,;()"][^@<>:...dfec5418b79b')
then lower(to_hex(sha256(to_utf8(replace(
split_part(
address,
'@',
1
)
, '.', '') || '@' ||
split_part(
address,
'@',
2
)
))))
end)[1]
end)[1] as got
from (
select cast('john@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('  John@Contoso.COM	' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('jo hn@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('jo​hn@﻿contoso.com　' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('j­ohn@contoso.com ' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('mailto:john@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('< mailto:john@contoso.com >' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('j.o.h.n@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('john+a+b.c@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('Jöhn@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('JÖHN@contoso.com' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast(' EC81F3AC7B2B19675BA...bc978f56a108' as VARCHAR) as given, cast('ec81f3ac7b2b19675bab...e74545707159' as VARCHAR) as expected union all
select cast('name+withplus@outlook.com' as VARCHAR) as given, cast('62de920b6b0a90e990ad...78dccdd99f11' as VARCHAR) as expected union all
select cast('ex.ample@outlook.com' as VARCHAR) as given, cast('e2e7dbfa5e7b07f94e15...2d08ffff90fd' as VARCHAR) as expected union all
select cast('a@b+c.example.com' as VARCHAR) as given, cast('3add7add2545a055fd24...ca4a6baf4afe' as VARCHAR) as expected union all
select cast('ß@example.com' as VARCHAR) as given, cast('187ff8d658aafee377ae...033b0039abd7' as VARCHAR) as expected union all
select cast('john <john@contoso.com>' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('john@contoso.com,jane.contoso.com' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('john@contoso.com;' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('mailto:john@contoso.com?subject=x' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('john' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('john@contoso' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('.john@contoso.com' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('john@contoso.com.' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('@contoso.com' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+tag@contoso.com' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('john@x@contoso.com' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('c81f3ac7b2b19675bab9...9b5e9257ce4b' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_14 union all
select
'a phone number: ' || coalesce(given, '(null)') as name,
expected,
transform(array[regexp_replace(cast(given as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_phone -> case
when regexp_like(given_phone, '^[0-9a-fA-F]{64}\z') then lower(given_phone)
else transform(array[regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+')], phone_number -> case
when regexp_like(phone_number, '^[+][1-9][0-9]{6,14}\z')
then lower(to_hex(sha256(to_utf8(phone_number))))
end)[1]
end)[1] as got
from (
select cast('+14255551234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast(' +1 (425) 555-1234 ' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('001 425 555 1234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('+1 425/555.1234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('+49 (0)171 392 00 12' as VARCHAR) as given, cast('dd1441360ced4b51b7b8...1fa4b75bc569' as VARCHAR) as expected union all
select cast('0049 (0)171 392 00 12' as VARCHAR) as given, cast('dd1441360ced4b51b7b8...1fa4b75bc569' as VARCHAR) as expected union all
select cast('C59475D96E9F01D7D18D...b3254364b5a9' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('+1234567' as VARCHAR) as given, cast('8b425df0d3eb16fdb7ee...77ad03e15922' as VARCHAR) as expected union all
select cast('+123456789012345' as VARCHAR) as given, cast('1b4baed9795e95210d08...56e603ec4c87' as VARCHAR) as expected union all
select cast('4255551234' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+1 425 555 1234 ext. 5' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+1425555CALL' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('++14255551234' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+04255551234' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+123456' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+1234567890123456' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+١4255551234' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_15 union all
select
'a phone number in the United States: ' || coalesce(given, '(null)') as name,
expected,
transform(array[regexp_replace(cast(given as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_phone -> case
when regexp_like(given_phone, '^[0-9a-fA-F]{64}\z') then lower(given_phone)
else transform(array[regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+'), '^1([0-9]{10})\z', '$1'), '^([0-9])', '+1$1')], phone_number -> case
when regexp_like(phone_number, '^[+][1-9][0-9]{6,14}\z')
then lower(to_hex(sha256(to_utf8(phone_number))))
end)[1]
end)[1] as got
from (
select cast('(425) 555-1234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('1-425-555-1234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('+14255551234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('14255551234.0' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('4255551234.00' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('+491713920012' as VARCHAR) as given, cast('dd1441360ced4b51b7b8...1fa4b75bc569' as VARCHAR) as expected union all
select cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected
) as answers_16 union all
select
'a phone number in Germany: ' || coalesce(given, '(null)') as name,
expected,
transform(array[regexp_replace(cast(given as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_phone -> case
when regexp_like(given_phone, '^[0-9a-fA-F]{64}\z') then lower(given_phone)
else transform(array[regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+'), '^0', ''), '^([0-9])', '+49$1')], phone_number -> case
when regexp_like(phone_number, '^[+][1-9][0-9]{6,14}\z')
then lower(to_hex(sha256(to_utf8(phone_number))))
end)[1]
end)[1] as got
from (
select cast('0171 392 00 12' as VARCHAR) as given, cast('dd1441360ced4b51b7b8...1fa4b75bc569' as VARCHAR) as expected union all
select cast('171 3920012' as VARCHAR) as given, cast('dd1441360ced4b51b7b8...1fa4b75bc569' as VARCHAR) as expected union all
select cast('0049 171 3920012' as VARCHAR) as given, cast('dd1441360ced4b51b7b8...1fa4b75bc569' as VARCHAR) as expected union all
select cast('+14255551234' as VARCHAR) as given, cast('c59475d96e9f01d7d18d...497083cbf7ea' as VARCHAR) as expected union all
select cast('n/a' as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_17 union all
select
'a phone number in Italy: ' || coalesce(given, '(null)') as name,
expected,
transform(array[regexp_replace(cast(given as VARCHAR), '[ \t\n\r\f\v
­ ᠎ -‏
-  ⁠　﻿]', '')], given_phone -> case
when regexp_like(given_phone, '^[0-9a-fA-F]{64}\z') then lower(given_phone)
else transform(array[regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(given_phone, '^([0-9]{7,})[.]0+\z', '$1'), '^([+][0-9]+|00[0-9]+)[(]0[)]', '$1'), '[()./-]', ''), '^00', '+'), '^([0-9])', '+39$1')], phone_number -> case
when regexp_like(phone_number, '^[+][1-9][0-9]{6,14}\z')
then lower(to_hex(sha256(to_utf8(phone_number))))
end)[1]
end)[1] as got
from (
select cast('06 1234567' as VARCHAR) as given, cast('7d8923c780c57dd46ec2...6f7476190d30' as VARCHAR) as expected
) as answers_18 union all
select
'a time: ' || coalesce(given, '(null)') as name,
expected,
concat(replace(substr(cast(transform(array[given], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] as varchar), 1, 19), ' ', 'T'), 'Z') as got
from (
select cast('2026-11-20T10:00:00Z' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast(' 2026-11-20 ' as VARCHAR) as given, cast('2026-11-20T00:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20T10:00Z' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00.999999999 UTC' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20T10:00:00UTC' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00.9999999' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00+00:00' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-11-25T13:30:00+02:00' as VARCHAR) as given, cast('2026-11-25T11:30:00Z' as VARCHAR) as expected union all
select cast('2026-11-25T13:30:00-01' as VARCHAR) as given, cast('2026-11-25T14:30:00Z' as VARCHAR) as expected union all
select cast('2026-11-20T10:00:00-0930' as VARCHAR) as given, cast('2026-11-20T19:30:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00 +05:45' as VARCHAR) as given, cast('2026-11-20T04:15:00Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00 Z' as VARCHAR) as given, cast('2026-11-20T10:00:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 02:30:00' as VARCHAR) as given, cast('2026-03-29T02:30:00Z' as VARCHAR) as expected union all
select cast('2026-10-25 02:30:00' as VARCHAR) as given, cast('2026-10-25T02:30:00Z' as VARCHAR) as expected union all
select cast('2024-02-29' as VARCHAR) as given, cast('2024-02-29T00:00:00Z' as VARCHAR) as expected union all
select cast('2000-02-29' as VARCHAR) as given, cast('2000-02-29T00:00:00Z' as VARCHAR) as expected union all
select cast('0001-01-01 00:00:00' as VARCHAR) as given, cast('0001-01-01T00:00:00Z' as VARCHAR) as expected union all
select cast('1582-10-10' as VARCHAR) as given, cast('1582-10-10T00:00:00Z' as VARCHAR) as expected union all
select cast('9999-12-31 23:59:59.9' as VARCHAR) as given, cast('9999-12-31T23:59:59Z' as VARCHAR) as expected union all
select cast('9999-12-31T23:59:59+14:00' as VARCHAR) as given, cast('9999-12-31T09:59:59Z' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00 +99:00' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-11-20 24:00:00' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-11-20 10:00:60' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00 Europe/Berlin' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-11-20
' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-02-29' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1900-02-29' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-11-31' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-13-01' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('0000-01-01' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('10000-01-01' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('11/20/2026' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('20261120' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1795168800' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('infinity' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('now' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('yesterday' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_19 union all
select
'a time that states a zone: ' || coalesce(given, '(null)') as name,
expected,
case when (typeof(given) like '%with time zone' or regexp_like(trim(both ' ' from cast(given as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then 'true' when not ((typeof(given) like '%with time zone' or regexp_like(trim(both ' ' from cast(given as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z'))) then 'false' end as got
from (
select cast('2026-11-20T10:00:00Z' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00 +05:45' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('2026-11-20T10:00:00' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('2026-11-20' as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_20 union all
select
'a time that states another zone: ' || coalesce(given, '(null)') as name,
expected,
case when (typeof(given) like '%with time zone' or regexp_like(trim(both ' ' from cast(given as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z') and not regexp_like(trim(both ' ' from cast(given as varchar)), ':[0-9.]+ ?(Z|UTC|[+-]00(:?00)?)\z')) then 'true' when not ((typeof(given) like '%with time zone' or regexp_like(trim(both ' ' from cast(given as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z') and not regexp_like(trim(both ' ' from cast(given as varchar)), ':[0-9.]+ ?(Z|UTC|[+-]00(:?00)?)\z'))) then 'false' end as got
from (
select cast('2026-11-20T10:00:00Z' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00+0000' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('2026-11-20 10:00:00+01' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('2026-11-20' as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_21 union all
select
'Berlin: ' || coalesce(given, '(null)') as name,
expected,
concat(replace(substr(cast(transform(array[cast(given as timestamp(6))], given_time -> case
when (typeof(given_time) like '%with time zone' or regexp_like(trim(both ' ' from cast(given_time as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]
else transform(array[transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]], local_time -> coalesce(transform(array[case when local_time >= cast('0001-01-02 00:00:00' as timestamp(6)) and local_time < cast('9999-12-31 00:00:00' as timestamp(6)) then local_time end], a_local_time -> case
when cast(at_timezone(with_timezone(cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)), 'UTC'), 'Europe/Berlin') as timestamp(6)) = a_local_time
then greatest(cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)), case when cast(at_timezone(with_timezone(date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))), 'UTC'), 'Europe/Berlin') as timestamp(6)) = a_local_time then date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))) else cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)) end)
else greatest(date_add('day', 1, cast(at_timezone(with_timezone(date_add('day', -1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))), date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))))
end)[1], local_time))[1]
end)[1] as varchar), 1, 19), ' ', 'T'), 'Z') as got
from (
select cast('2026-10-25 01:59:59' as VARCHAR) as given, cast('2026-10-24T23:59:59Z' as VARCHAR) as expected union all
select cast('2026-10-25 02:00:00' as VARCHAR) as given, cast('2026-10-25T01:00:00Z' as VARCHAR) as expected union all
select cast('2026-10-25 02:59:59' as VARCHAR) as given, cast('2026-10-25T01:59:59Z' as VARCHAR) as expected union all
select cast('2026-10-25 03:00:00' as VARCHAR) as given, cast('2026-10-25T02:00:00Z' as VARCHAR) as expected union all
select cast('2026-10-25 14:00:00' as VARCHAR) as given, cast('2026-10-25T13:00:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 01:59:59' as VARCHAR) as given, cast('2026-03-29T00:59:59Z' as VARCHAR) as expected union all
select cast('2026-03-29 02:00:00' as VARCHAR) as given, cast('2026-03-29T01:00:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 02:30:00' as VARCHAR) as given, cast('2026-03-29T01:30:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 03:00:00' as VARCHAR) as given, cast('2026-03-29T01:00:00Z' as VARCHAR) as expected union all
select cast('0001-01-01 00:00:00' as VARCHAR) as given, cast('0001-01-01T00:00:00Z' as VARCHAR) as expected union all
select cast('9999-12-31 12:00:00' as VARCHAR) as given, cast('9999-12-31T12:00:00Z' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_22 union all
select
'Berlin, of text: ' || coalesce(given, '(null)') as name,
expected,
concat(replace(substr(cast(transform(array[given], given_time -> case
when (typeof(given_time) like '%with time zone' or regexp_like(trim(both ' ' from cast(given_time as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]
else transform(array[transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]], local_time -> coalesce(transform(array[case when local_time >= cast('0001-01-02 00:00:00' as timestamp(6)) and local_time < cast('9999-12-31 00:00:00' as timestamp(6)) then local_time end], a_local_time -> case
when cast(at_timezone(with_timezone(cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)), 'UTC'), 'Europe/Berlin') as timestamp(6)) = a_local_time
then greatest(cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)), case when cast(at_timezone(with_timezone(date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))), 'UTC'), 'Europe/Berlin') as timestamp(6)) = a_local_time then date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))) else cast(at_timezone(with_timezone(a_local_time, 'Europe/Berlin'), 'UTC') as timestamp(6)) end)
else greatest(date_add('day', 1, cast(at_timezone(with_timezone(date_add('day', -1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))), date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Europe/Berlin'), 'UTC') as timestamp(6))))
end)[1], local_time))[1]
end)[1] as varchar), 1, 19), ' ', 'T'), 'Z') as got
from (
select cast('2026-10-25 01:59:59' as VARCHAR) as given, cast('2026-10-24T23:59:59Z' as VARCHAR) as expected union all
select cast('2026-10-25 02:00:00' as VARCHAR) as given, cast('2026-10-25T01:00:00Z' as VARCHAR) as expected union all
select cast('2026-10-25 02:59:59' as VARCHAR) as given, cast('2026-10-25T01:59:59Z' as VARCHAR) as expected union all
select cast('2026-10-25 03:00:00' as VARCHAR) as given, cast('2026-10-25T02:00:00Z' as VARCHAR) as expected union all
select cast('2026-10-25 14:00:00' as VARCHAR) as given, cast('2026-10-25T13:00:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 01:59:59' as VARCHAR) as given, cast('2026-03-29T00:59:59Z' as VARCHAR) as expected union all
select cast('2026-03-29 02:00:00' as VARCHAR) as given, cast('2026-03-29T01:00:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 02:30:00' as VARCHAR) as given, cast('2026-03-29T01:30:00Z' as VARCHAR) as expected union all
select cast('2026-03-29 03:00:00' as VARCHAR) as given, cast('2026-03-29T01:00:00Z' as VARCHAR) as expected union all
select cast('0001-01-01 00:00:00' as VARCHAR) as given, cast('0001-01-01T00:00:00Z' as VARCHAR) as expected union all
select cast('9999-12-31 12:00:00' as VARCHAR) as given, cast('9999-12-31T12:00:00Z' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('2026-07-01 12:00:00+05:30' as VARCHAR) as given, cast('2026-07-01T06:30:00Z' as VARCHAR) as expected union all
select cast('2026-07-01T12:00:00Z' as VARCHAR) as given, cast('2026-07-01T12:00:00Z' as VARCHAR) as expected union all
select cast('tomorrow' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_23 union all
select
'New York: ' || coalesce(given, '(null)') as name,
expected,
concat(replace(substr(cast(transform(array[cast(given as timestamp(6))], given_time -> case
when (typeof(given_time) like '%with time zone' or regexp_like(trim(both ' ' from cast(given_time as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]
else transform(array[transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]], local_time -> coalesce(transform(array[case when local_time >= cast('0001-01-02 00:00:00' as timestamp(6)) and local_time < cast('9999-12-31 00:00:00' as timestamp(6)) then local_time end], a_local_time -> case
when cast(at_timezone(with_timezone(cast(at_timezone(with_timezone(a_local_time, 'America/New_York'), 'UTC') as timestamp(6)), 'UTC'), 'America/New_York') as timestamp(6)) = a_local_time
then greatest(cast(at_timezone(with_timezone(a_local_time, 'America/New_York'), 'UTC') as timestamp(6)), case when cast(at_timezone(with_timezone(date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'America/New_York'), 'UTC') as timestamp(6))), 'UTC'), 'America/New_York') as timestamp(6)) = a_local_time then date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'America/New_York'), 'UTC') as timestamp(6))) else cast(at_timezone(with_timezone(a_local_time, 'America/New_York'), 'UTC') as timestamp(6)) end)
else greatest(date_add('day', 1, cast(at_timezone(with_timezone(date_add('day', -1, a_local_time), 'America/New_York'), 'UTC') as timestamp(6))), date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'America/New_York'), 'UTC') as timestamp(6))))
end)[1], local_time))[1]
end)[1] as varchar), 1, 19), ' ', 'T'), 'Z') as got
from (
select cast('2026-11-01 00:59:59' as VARCHAR) as given, cast('2026-11-01T04:59:59Z' as VARCHAR) as expected union all
select cast('2026-11-01 01:30:00' as VARCHAR) as given, cast('2026-11-01T06:30:00Z' as VARCHAR) as expected union all
select cast('2026-11-01 02:00:00' as VARCHAR) as given, cast('2026-11-01T07:00:00Z' as VARCHAR) as expected union all
select cast('2026-03-08 01:59:59' as VARCHAR) as given, cast('2026-03-08T06:59:59Z' as VARCHAR) as expected union all
select cast('2026-03-08 02:30:00' as VARCHAR) as given, cast('2026-03-08T07:30:00Z' as VARCHAR) as expected union all
select cast('2026-03-08 03:00:00' as VARCHAR) as given, cast('2026-03-08T07:00:00Z' as VARCHAR) as expected
) as answers_24 union all
select
'Lord Howe, whose clock changes by half an hour: ' || coalesce(given, '(null)') as name,
expected,
concat(replace(substr(cast(transform(array[cast(given as timestamp(6))], given_time -> case
when (typeof(given_time) like '%with time zone' or regexp_like(trim(both ' ' from cast(given_time as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]
else transform(array[transform(array[given_time], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1]], local_time -> coalesce(transform(array[case when local_time >= cast('0001-01-02 00:00:00' as timestamp(6)) and local_time < cast('9999-12-31 00:00:00' as timestamp(6)) then local_time end], a_local_time -> case
when cast(at_timezone(with_timezone(cast(at_timezone(with_timezone(a_local_time, 'Australia/Lord_Howe'), 'UTC') as timestamp(6)), 'UTC'), 'Australia/Lord_Howe') as timestamp(6)) = a_local_time
then greatest(cast(at_timezone(with_timezone(a_local_time, 'Australia/Lord_Howe'), 'UTC') as timestamp(6)), case when cast(at_timezone(with_timezone(date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Australia/Lord_Howe'), 'UTC') as timestamp(6))), 'UTC'), 'Australia/Lord_Howe') as timestamp(6)) = a_local_time then date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Australia/Lord_Howe'), 'UTC') as timestamp(6))) else cast(at_timezone(with_timezone(a_local_time, 'Australia/Lord_Howe'), 'UTC') as timestamp(6)) end)
else greatest(date_add('day', 1, cast(at_timezone(with_timezone(date_add('day', -1, a_local_time), 'Australia/Lord_Howe'), 'UTC') as timestamp(6))), date_add('day', -1, cast(at_timezone(with_timezone(date_add('day', 1, a_local_time), 'Australia/Lord_Howe'), 'UTC') as timestamp(6))))
end)[1], local_time))[1]
end)[1] as varchar), 1, 19), ' ', 'T'), 'Z') as got
from (
select cast('2026-04-05 01:29:59' as VARCHAR) as given, cast('2026-04-04T14:29:59Z' as VARCHAR) as expected union all
select cast('2026-04-05 01:45:00' as VARCHAR) as given, cast('2026-04-04T15:15:00Z' as VARCHAR) as expected union all
select cast('2026-04-05 02:00:00' as VARCHAR) as given, cast('2026-04-04T15:30:00Z' as VARCHAR) as expected union all
select cast('2026-10-04 02:15:00' as VARCHAR) as given, cast('2026-10-03T15:45:00Z' as VARCHAR) as expected union all
select cast('2026-10-04 02:30:00' as VARCHAR) as given, cast('2026-10-03T15:30:00Z' as VARCHAR) as expected
) as answers_25 union all
select
'a number: ' || coalesce(given, '(null)') as name,
expected,
case when transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is null then null when not coalesce(transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] >= cast('-1.7976931348623157e308' as double) and transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] <= cast('1.7976931348623157e308' as double), false) then 'not finite' else cast(cast(transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] * 1000 as bigint) as VARCHAR) end as got
from (
select cast('12.5' as VARCHAR) as given, cast('12500' as VARCHAR) as expected union all
select cast(' 12.5 ' as VARCHAR) as given, cast('12500' as VARCHAR) as expected union all
select cast('-1' as VARCHAR) as given, cast('-1000' as VARCHAR) as expected union all
select cast('+1' as VARCHAR) as given, cast('1000' as VARCHAR) as expected union all
select cast('.5' as VARCHAR) as given, cast('500' as VARCHAR) as expected union all
select cast('1.' as VARCHAR) as given, cast('1000' as VARCHAR) as expected union all
select cast('1e3' as VARCHAR) as given, cast('1000000' as VARCHAR) as expected union all
select cast('1.5E-1' as VARCHAR) as given, cast('150' as VARCHAR) as expected union all
select cast('007' as VARCHAR) as given, cast('7000' as VARCHAR) as expected union all
select cast('999999999999.999' as VARCHAR) as given, cast('999999999999999' as VARCHAR) as expected union all
select cast('1e-400' as VARCHAR) as given, cast('0' as VARCHAR) as expected union all
select cast('1e999' as VARCHAR) as given, cast('not finite' as VARCHAR) as expected union all
select cast('-1e9999' as VARCHAR) as given, cast('not finite' as VARCHAR) as expected union all
select cast('NaN' as VARCHAR) as given, cast('not finite' as VARCHAR) as expected union all
select cast('Infinity' as VARCHAR) as given, cast('not finite' as VARCHAR) as expected union all
select cast('-inf' as VARCHAR) as given, cast('not finite' as VARCHAR) as expected union all
select cast('1d' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1f' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1L' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('0x1p3' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('0x10' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1_000' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('+-1' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('12
' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('	12' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1,000' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('12,50' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('12 EUR' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('1e' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('e3' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('.' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('true' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('٣' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast('' as VARCHAR) as given, cast(null as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast(null as VARCHAR) as expected
) as answers_26 union all
select
'a number that is there: ' || coalesce(given, '(null)') as name,
expected,
case when (case when (given) is null then false when transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(given as VARCHAR)) = '' or cast(given as VARCHAR) is null then '' else cast(given as VARCHAR) end) <> '' end) then 'true' when not ((case when (given) is null then false when transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] is not null then true else (case when trim(both ' ' from cast(given as VARCHAR)) = '' or cast(given as VARCHAR) is null then '' else cast(given as VARCHAR) end) <> '' end)) then 'false' end as got
from (
select cast('0' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('none' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast(' ' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast(null as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_27 union all
select
'a value with more than 3 decimals: ' || coalesce(given, '(null)') as name,
expected,
case when (case when coalesce(transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] >= 0 and transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] <= 999999999999, false) then floor(transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] * 1000 + 0.5) / 1000 <> transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] else false end) then 'true' when not ((case when coalesce(transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] >= 0 and transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] <= 999999999999, false) then floor(transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] * 1000 + 0.5) / 1000 <> transform(array[lower(trim(both ' ' from cast(given as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(given as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] else false end)) then 'false' end as got
from (
select cast('1.005' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('1.0005' as VARCHAR) as given, cast('true' as VARCHAR) as expected union all
select cast('999999999999.123' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('1e300' as VARCHAR) as given, cast('false' as VARCHAR) as expected union all
select cast('NaN' as VARCHAR) as given, cast('false' as VARCHAR) as expected
) as answers_28 union all
select 'two absent numbers are the same' as name, 'true' as expected, case when coalesce(cast(null as double), -1.5e300) = coalesce(cast(null as double), -1.5e300) then 'true' when not (coalesce(cast(null as double), -1.5e300) = coalesce(cast(null as double), -1.5e300)) then 'false' end as got union all
select 'an absent number is not 0' as name, 'true' as expected, case when not (coalesce(cast(null as double), -1.5e300) = coalesce(0, -1.5e300)) then 'true' when not (not (coalesce(cast(null as double), -1.5e300) = coalesce(0, -1.5e300))) then 'false' end as got union all
select 'an unknown condition is not true' as name, 'true' as expected, case when coalesce(cast(null as VARCHAR) = '', false) = false then 'true' when not (coalesce(cast(null as VARCHAR) = '', false) = false) then 'false' end as got union all
select 'blank is not absent' as name, 'true' as expected, case when '' is not null and nullif('', '') is null then 'true' when not ('' is not null and nullif('', '') is null) then 'false' end as got union all
select 'letters in another case are others' as name, 'true' as expected, case when 'a' <> 'A' then 'true' when not ('a' <> 'A') then 'false' end as got union all
select 'a blank at the end counts' as name, 'true' as expected, case when 'a' <> 'a ' then 'true' when not ('a' <> 'a ') then 'false' end as got union all
select 'a letter with an accent is another' as name, 'true' as expected, case when 'e' <> 'é' then 'true' when not ('e' <> 'é') then 'false' end as got union all
select 'nothing is below all times as text' as name, 'true' as expected, case when '' < '0001-01-01T00:00:00Z' then 'true' when not ('' < '0001-01-01T00:00:00Z') then 'false' end as got union all
select '9 is above all times as text' as name, 'true' as expected, case when '9999-12-31T23:59:59Z' > '9' and '2026-12-31T23:59:59Z' < '9' then 'true' when not ('9999-12-31T23:59:59Z' > '9' and '2026-12-31T23:59:59Z' < '9') then 'false' end as got union all
select 'times as text are ordered' as name, 'true' as expected, case when greatest('2026-09-30T00:00:00Z', '2026-10-01T00:00:00Z', '') = '2026-10-01T00:00:00Z' then 'true' when not (greatest('2026-09-30T00:00:00Z', '2026-10-01T00:00:00Z', '') = '2026-10-01T00:00:00Z') then 'false' end as got union all
select 'the latest time as text' as name, 'true' as expected, case when (select max(t) from (select '2026-10-01T00:00:00Z' as t union all select '2026-09-30T00:00:00Z' as t union all select cast(null as VARCHAR) as t) as times) = '2026-10-01T00:00:00Z' then 'true' when not ((select max(t) from (select '2026-10-01T00:00:00Z' as t union all select '2026-09-30T00:00:00Z' as t union all select cast(null as VARCHAR) as t) as times) = '2026-10-01T00:00:00Z') then 'false' end as got union all
select 'what is added up leaves out what is absent' as name, 'true' as expected, case when (select sum(n) from (select 1 as n union all select 2 as n union all select cast(null as bigint) as n) as numbers) = 3 and (select count(n) from (select 1 as n union all select 2 as n union all select cast(null as bigint) as n) as numbers) = 2 then 'true' when not ((select sum(n) from (select 1 as n union all select 2 as n union all select cast(null as bigint) as n) as numbers) = 3 and (select count(n) from (select 1 as n union all select 2 as n union all select cast(null as bigint) as n) as numbers) = 2) then 'false' end as got union all
select 'rows are numbered in their order' as name, 'true' as expected, case when (select sum(n * place) from (select
unnumbered.*,
row_number() over (
order by
place
) as n
from (select 2 as place union all select 3 as place union all select 1 as place) as unnumbered) as numbered) = 14 then 'true' when not ((select sum(n * place) from (select
unnumbered.*,
row_number() over (
order by
place
) as n
from (select 2 as place union all select 3 as place union all select 1 as place) as unnumbered) as numbered) = 14) then 'false' end as got union all
select 'what is left of a division' as name, 'true' as expected, case when mod(2000, 1000) = 0 and mod(1001, 1000) = 1 then 'true' when not (mod(2000, 1000) = 0 and mod(1001, 1000) = 1) then 'false' end as got union all
select 'a number of 13 digits is whole' as name, 'true' as expected, case when 7 * cast(1000000000000 as bigint) + 3 = 7000000000003 then 'true' when not (7 * cast(1000000000000 as bigint) + 3 = 7000000000003) then 'false' end as got union all
select 'a double keeps its last digit' as name, 'true' as expected, case when cast('0.1' as double) + cast('0.2' as double) <> cast('0.3' as double) then 'true' when not (cast('0.1' as double) + cast('0.2' as double) <> cast('0.3' as double)) then 'false' end as got union all
select 'the clock gives a time' as name, 'true' as expected, case when cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6)) > cast('2026-01-01 00:00:00' as timestamp(6)) then 'true' when not (cast(at_timezone(current_timestamp(6), 'UTC') as timestamp(6)) > cast('2026-01-01 00:00:00' as timestamp(6))) then 'false' end as got union all
select 'a second later' as name, 'true' as expected, case when date_add('second', 1, cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-10-25 01:00:00.999999' as timestamp(6)) then 'true' when not (date_add('second', 1, cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-10-25 01:00:00.999999' as timestamp(6))) then 'false' end as got union all
select 'a microsecond later' as name, 'true' as expected, case when cast(concat(substr(cast(date_add('second', (cast(substr(cast(cast('2026-10-25 00:59:59.999999' as timestamp(6)) as varchar), 21, 6) as bigint) + 1) / 1000000, cast('2026-10-25 00:59:59.999999' as timestamp(6))) as varchar), 1, 20), lpad(cast(mod((cast(substr(cast(cast('2026-10-25 00:59:59.999999' as timestamp(6)) as varchar), 21, 6) as bigint) + 1), 1000000) as varchar), 6, '0')) as timestamp(6)) = cast('2026-10-25 01:00:00' as timestamp(6)) then 'true' when not (cast(concat(substr(cast(date_add('second', (cast(substr(cast(cast('2026-10-25 00:59:59.999999' as timestamp(6)) as varchar), 21, 6) as bigint) + 1) / 1000000, cast('2026-10-25 00:59:59.999999' as timestamp(6))) as varchar), 1, 20), lpad(cast(mod((cast(substr(cast(cast('2026-10-25 00:59:59.999999' as timestamp(6)) as varchar), 21, 6) as bigint) + 1), 1000000) as varchar), 6, '0')) as timestamp(6)) = cast('2026-10-25 01:00:00' as timestamp(6))) then 'false' end as got union all
select 'an hour later, where clocks change' as name, 'true' as expected, case when date_add('hour', 1, cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-10-25 01:59:59.999999' as timestamp(6)) then 'true' when not (date_add('hour', 1, cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-10-25 01:59:59.999999' as timestamp(6))) then 'false' end as got union all
select 'ninety days earlier' as name, 'true' as expected, case when date_add('day', -90, cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-07-27 00:59:59.999999' as timestamp(6)) then 'true' when not (date_add('day', -90, cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-07-27 00:59:59.999999' as timestamp(6))) then 'false' end as got union all
select 'a second is cut' as name, 'true' as expected, case when date_trunc('second', cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-10-25 00:59:59' as timestamp(6)) then 'true' when not (date_trunc('second', cast('2026-10-25 00:59:59.999999' as timestamp(6))) = cast('2026-10-25 00:59:59' as timestamp(6))) then 'false' end as got union all
select 'seconds over a change of the clock' as name, 'true' as expected, case when date_diff('second', cast('2026-10-25 00:59:59.999999' as timestamp(6)), cast('2026-10-25 02:59:59.999999' as timestamp(6))) = 7200 then 'true' when not (date_diff('second', cast('2026-10-25 00:59:59.999999' as timestamp(6)), cast('2026-10-25 02:59:59.999999' as timestamp(6))) = 7200) then 'false' end as got union all
select 'a date is its midnight' as name, 'true' as expected, case when transform(array[cast('2026-10-25' as date)], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] = cast('2026-10-25 00:00:00' as timestamp(6)) then 'true' when not (transform(array[cast('2026-10-25' as date)], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] = cast('2026-10-25 00:00:00' as timestamp(6))) then 'false' end as got union all
select 'a time without zone is in UTC' as name, 'true' as expected, case when transform(array[cast('2026-10-25 00:59:59.999999' as timestamp(6))], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] = cast('2026-10-25 00:59:59.999999' as timestamp(6)) then 'true' when not (transform(array[cast('2026-10-25 00:59:59.999999' as timestamp(6))], any_time -> cast(at_timezone(case
when typeof(any_time) like '%with time zone' then try_cast(any_time as timestamp(6) with time zone)
else try_cast(case when regexp_like(trim(both ' ' from cast(any_time as varchar)), '^(([0-9]{3}[1-9]|[0-...79ea62c5a070') then regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(regexp_replace(trim(both ' ' from cast(any_time as varchar)), '^(.{10})T', '$1 '), '^(.{10})\z', '$1 00:00'), '([.][0-9]{6})[0-9]+', '$1'), '(:[0-9.]+) ?(Z|UTC)\z', '$1+00:00'), '(:[0-9.]+) ?([+-][0-9]{2})\z', '$1$2:00'), '(:[0-9.]+) ?([+-][0-9]{2}):?([0-9]{2})\z', '$1$2:$3'), '^(.{13}:[0-9]{2}[:0-9.]*)\z', '$1+00:00'), '^(.{16})([+-])', '$1:00$2') end as timestamp(6) with time zone)
end, 'UTC') as timestamp(6)))[1] = cast('2026-10-25 00:59:59.999999' as timestamp(6))) then 'false' end as got union all
select 'it states no zone' as name, 'true' as expected, case when not (typeof(cast('2026-10-25 00:59:59.999999' as timestamp(6))) like '%with time zone' or regexp_like(trim(both ' ' from cast(cast('2026-10-25 00:59:59.999999' as timestamp(6)) as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z')) then 'true' when not (not (typeof(cast('2026-10-25 00:59:59.999999' as timestamp(6))) like '%with time zone' or regexp_like(trim(both ' ' from cast(cast('2026-10-25 00:59:59.999999' as timestamp(6)) as varchar)), ':[0-9.]+ ?(Z|UTC|[+-][0-9]{2}(:?[0-9]{2})?)\z'))) then 'false' end as got union all
select 'a decimal number is a double' as name, 'true' as expected, case when transform(array[lower(trim(both ' ' from cast(cast(12.5 as decimal(18, 5)) as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(cast(12.5 as decimal(18, 5)) as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] = 12.5 then 'true' when not (transform(array[lower(trim(both ' ' from cast(cast(12.5 as decimal(18, 5)) as varchar)))], number_text -> case
when regexp_like(number_text, '^[-+]?([0-9]+([.][0-9]*)?|[.][0-9]+)(e[-+]?[0-9]+)?\z')
then coalesce(try_cast(cast(12.5 as decimal(18, 5)) as double), try_cast(number_text as double), case when regexp_like(number_text, 'e-') then 0 else case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end end)
when number_text = 'nan' then cast('NaN' as double)
when regexp_like(number_text, '^[-+]?inf(inity)?\z') then case when substr(number_text, 1, 1) = '-' then cast('-Infinity' as double) else cast('Infinity' as double) end
end)[1] = 12.5) then 'false' end as got union all
select 'a quote in a name' as name, 'true' as expected, case when (select "it""s `so`" from (select 'x' as "it""s `so`") as named) = 'x' then 'true' when not ((select "it""s `so`" from (select 'x' as "it""s `so`") as named) = 'x') then 'false' end as got union all
select 'a value that is worked out once' as name, 'true' as expected, case when transform(array[lower('A')], a_value -> a_value = 'a' and a_value <> 'A')[1] then 'true' when not (transform(array[lower('A')], a_value -> a_value = 'a' and a_value <> 'A')[1]) then 'false' end as got
) as answers
where coalesce(expected, '(null)') <> coalesce(got, '(null)')
