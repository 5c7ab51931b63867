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
    ("before", "added"),
    [
        ("", f"packages:\n  {LINE}\n"),
        ("# Only a comment\n", f"packages:\n  {LINE}\n"),
        ("packages:\n  - local: a\n", f"  {LINE}\n"),
        ("packages:\n- local: a\n", f"{LINE}\n"),
        ("packages:\n  - local: a", f"\n  {LINE}\n"),
        ("packages:\r\n    -   local: a # why\r\n", f"    {LINE}\r\n"),
        (
            "# Top\npackages:\n  # one\n  - package: x/y  # pinned\n    version: ['<2']\n  # - local: b\n\n",
            f"  {LINE}\n",
        ),
        ("packages:\n", f"  {LINE}\n"),
        ("packages:  # soon\n", f"  {LINE}\n"),
        ("projects:\n  - name: up", f"\npackages:\n  {LINE}\n"),
        ("projects: [up]\npackages:\n  - git: \"{{ env_var('GIT') }}/x.git\"\n    revision: v1\n", f"  {LINE}\n"),
        ("packages: &all\n  - &a\n    local: a\n", f"  {LINE}\n"),
        ("\ufeffpackages:\n  - local: a\n", f"  {LINE}\n"),
        ("---\npackages:\n  - local: a\n", f"  {LINE}\n"),
    ],
)
def test_a_line_is_added_at_the_end_and_every_byte_stays(before: str, added: str) -> None:
    """Ours comes after the last entry, with its indent; comments, order and line ends stay as they were."""
    assert with_entry(before.encode(), FOLDER) == (before + added).encode()


def test_an_empty_list_in_brackets_gets_its_first_entry() -> None:
    """Only the brackets go: a list is often begun so."""
    assert with_entry(b"packages: []  # soon\nprojects: [a]\n", FOLDER) == (
        f"packages:\n  {LINE}  # soon\nprojects: [a]\n".encode()
    )


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (b"packages:\n{% if target.name == 'dev' %}\n  - local: a\n{% endif %}\n", "line 2"),
        (b"packages:\n  - git: {{ env_var('GIT') }}/x.git\n", "read as YAML"),
        (b"packages:\n\t- local: a\n", "read as YAML"),
        (b"packages: dbt_utils\n", "does not end the file"),
        (b"packages: {local: a}\n", "does not end the file"),
        (b"packages: null\n", "does not end the file"),
        (b"packages: [{local: a}]\n", "does not end the file"),
        (b'{"packages": []}', "does not end the file"),
        (b"packages:\n  - local: a\nprojects: [up]\n", "does not end the file"),
        (b"packages: &all\n  - local: a\nother: *all\n", "does not end the file"),
        (b"- local: a\n", "by name"),
        (b"packages:\n  - local: a\n---\npackages: []\n", "read as YAML"),
        (b"packages:\n  - local: \xff\n", "read as YAML"),
        (b"projects: []\n...\n", "does not end the file"),
    ],
)
def test_what_cannot_be_extended_is_refused_with_the_lines(project: Write, text: bytes, why: str) -> None:
    """Nothing is written, not even the copy, and the error has the lines to add by hand."""
    folder = project({"packages.yml": text})
    before = contents(folder)
    with pytest.raises(SettingsError, match=why) as caught:
        init(folder)
    assert "\n  - local: dbt_reverse_etl" in caught.value.hint
    assert contents(folder) == before


def test_a_second_list_of_packages_is_refused(project: Write) -> None:
    """dbt takes the last of two, and the packages of the first would be gone."""
    text = "packages: [{local: a}]\npackages:\n  - local: dbt_reverse_etl\n"
    folder = project({"packages.yml": text})
    with pytest.raises(SettingsError, match="the key `packages` twice"):
        init(folder)
    assert (folder / "packages.yml").read_text() == text


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
    """Whatever the layout: the old text stays before one addition, and the file then says one entry more."""
    dumped = yaml.safe_dump({"packages": entries}, default_flow_style=flow, indent=indent, default_style=style)
    text = (before + dumped + after).replace("\n", newline)
    try:
        new = with_entry(text.encode(), FOLDER).decode()
    except CannotInsertError:
        # Refused where it need not be: a list in the common style, at the end of a file.
        assert flow is not False or style or after not in ("", "\n\n") or not entries or not all(entries), text
        return
    assert new.startswith(text) or not entries
    assert yaml.safe_load(new)["packages"] == [*entries, {"local": FOLDER}]
    old = yaml.safe_load(text)
    assert {k: v for k, v in yaml.safe_load(new).items() if k != "packages"} == {
        k: v for k, v in old.items() if k != "packages"
    }
