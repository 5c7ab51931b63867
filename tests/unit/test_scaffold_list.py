"""The package's entry in packages.yml: inserted so that every byte stays, or refused with the lines to add."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from reverse_etl.core.errors import SettingsError
from reverse_etl.scaffold.package_list import CannotInsertError, with_entry
from tests.unit.scaffolding import (
    FOLDER,
    LINE,
    Write,
    contents,
    init,
    words,
)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", f"packages:\n  {LINE}\n"),
        ("# Only a comment\n", f"# Only a comment\npackages:\n  {LINE}\n"),
        ("packages:\n  - local: a\n", f"packages:\n  - local: a\n  {LINE}\n"),
        ("packages:\n- local: a\n", f"packages:\n- local: a\n{LINE}\n"),
        ("packages:\n  - local: a", f"packages:\n  - local: a\n  {LINE}\n"),
        ("packages:\r\n  - local: a\r\n", f"packages:\r\n  - local: a\r\n  {LINE}\r\n"),
        ("packages:\r\n    -   local: a # why", f"packages:\r\n    -   local: a # why\r\n    {LINE}\r\n"),
        (
            "# Top\npackages:\n  # one\n  - package: dbt-labs/dbt_utils  # pinned\n    version: [\">=1.0\", '<2']\n"
            "    # below one\n\n  # a heading\n  # - local: b\n\n",
            "# Top\npackages:\n  # one\n  - package: dbt-labs/dbt_utils  # pinned\n    version: [\">=1.0\", '<2']\n"
            f"    # below one\n  {LINE}\n\n  # a heading\n  # - local: b\n\n",
        ),
        (
            "packages:\n  - git: \"{{ env_var('GIT') }}/x.git\"\n    revision: v1\n\nprojects: [up]\n",
            f"packages:\n  - git: \"{{{{ env_var('GIT') }}}}/x.git\"\n    revision: v1\n  {LINE}\n\nprojects: [up]\n",
        ),
        ("packages: []\n", "packages: [{local: dbt_reverse_etl}]\n"),
        ("packages: [ ]  # none yet\n", "packages: [{local: dbt_reverse_etl} ]  # none yet\n"),
        ("packages: [{local: a}, ]\n", "packages: [{local: a}, {local: dbt_reverse_etl}, ]\n"),
        (
            "packages: [\n  {local: a},  # a\n  {local: b}\n]\n",
            "packages: [\n  {local: a},  # a\n  {local: b}, {local: dbt_reverse_etl}\n]\n",
        ),
        ('{"packages": [{"local": "a"}]}', '{"packages": [{"local": "a"}, {"local": "dbt_reverse_etl"}]}'),
        ("{}\n", '{"packages": [{"local": "dbt_reverse_etl"}]}\n'),
        ("packages:\n", f"packages:\n  {LINE}\n"),
        ("packages:  # soon\n", f"packages:  # soon\n  {LINE}\n"),
        ("packages:", f"packages:\n  {LINE}\n"),
        ("projects:\n  - name: up", f"projects:\n  - name: up\npackages:\n  {LINE}\n"),
        ("packages: &all\n  - local: a\nother: *all\n", None),
        ("packages: &all\n  - &a\n    local: a\n", f"packages: &all\n  - &a\n    local: a\n  {LINE}\n"),
        ("\ufeffpackages:\n  - local: a\n", f"\ufeffpackages:\n  - local: a\n  {LINE}\n"),
        ("---\npackages:\n  - local: a\n", f"---\npackages:\n  - local: a\n  {LINE}\n"),
        ("---\npackages:\n  - local: a\n...\n", f"---\npackages:\n  - local: a\n  {LINE}\n...\n"),
    ],
)
def test_an_entry_is_inserted_and_every_byte_stays(before: str, after: str | None) -> None:
    """Ours comes after the last entry in the file's own style; comments, order and line ends stay as they were."""
    if after is None:
        with pytest.raises(CannotInsertError):
            with_entry(before.encode(), FOLDER)
    else:
        assert with_entry(before.encode(), FOLDER) == after.encode()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"packages:\n{% if target.name == 'dev' %}\n  - local: a\n{% endif %}\n", "line 2"),
        (b"packages:\n  - git: {{ env_var('GIT') }}/x.git\n", "read as YAML"),
        (b"packages:\n\t- local: a\n", "read as YAML"),
        (b"packages: dbt_utils\n", "not a list"),
        (b"packages: {local: a}\n", "not a list"),
        (b"packages: null\n", "not a list"),
        (b"- local: a\n", "by name"),
        (b"packages:\n  - local: a\n---\npackages: []\n", "read as YAML"),
        (b"packages:\n  - local: \xff\n", "read as YAML"),
        (b"shared: &all\n  - local: a\npackages: *all\n", "layout"),
        (b"projects: []\n...\n", "layout"),
    ],
)
def test_what_cannot_be_extended_is_refused_with_the_lines(project: Write, text: bytes, why: str) -> None:
    """Nothing is written, not even the copy, and the error has the lines to add by hand."""
    folder = project({"packages.yml": text})
    before = contents(folder)
    with pytest.raises(SettingsError, match=why) as caught:
        init(folder)
    assert "packages:\n  - local: dbt_reverse_etl" in caught.value.hint
    assert contents(folder) == before


def test_lines_added_by_hand_are_recognised(project: Write) -> None:
    """In a file with Jinja between its lines, our line counts once the user added it, and the copy follows."""
    text = "packages:\n{% if true %}\n  - local: a\n{% endif %}\n  - local: ./dbt_reverse_etl  # ours\n"
    folder = project({"packages.yml": text})
    assert "packages.yml lists it" in words(init(folder))
    assert (folder / "packages.yml").read_text() == text
    assert (folder / FOLDER / "macros/same.sql").is_file()


SCALARS = st.text("abcXYZ019 #:-'\"{}[]%&*!|>\n\u00e9", max_size=12)
ENTRIES = st.lists(st.dictionaries(st.sampled_from(["local", "git", "revision", "version"]), SCALARS), max_size=4)


@settings(max_examples=200, deadline=None)
@given(
    entries=ENTRIES,
    flow=st.sampled_from([True, False, None]),
    indent=st.integers(1, 6),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
    before=st.sampled_from(["", "# Packages\n", "---\n", "projects: []\n"]),
    after=st.sampled_from(["", "# end", "\n\n", "zeta: {a: [b]}\n", "zeta:\n- b  # b\n"]),
    newline=st.sampled_from(["\n", "\r\n"]),
)
def test_any_list_is_extended_or_refused(
    *,
    entries: list[dict[str, str]],
    flow: bool | None,
    indent: int,
    style: str | None,
    before: str,
    after: str,
    newline: str,
) -> None:
    """Whatever the layout: the old text stays around one insertion, and the file then says one entry more."""
    dumped = yaml.safe_dump({"packages": entries}, default_flow_style=flow, indent=indent, default_style=style)
    text = (before + dumped + after).replace("\n", newline)
    try:
        old = yaml.safe_load(text)
    except yaml.YAMLError:
        old = None
    try:
        new = with_entry(text.encode(), FOLDER).decode()
    except CannotInsertError:
        assert old is None, text
        return
    assert yaml.safe_load(new)["packages"] == [*entries, {"local": FOLDER}]
    assert {k: v for k, v in yaml.safe_load(new).items() if k != "packages"} == {
        k: v for k, v in old.items() if k != "packages"
    }
    size = len(new) - len(text)
    assert any(new[:at] + new[at + size :] == text for at in range(len(text) + 1))
