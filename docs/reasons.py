"""The table of reasons in docs/attribution.md, from the table in code: `make docs` writes it."""

from pathlib import Path

from reverse_etl.destinations.microsoft_ads.codes import REASONS

PAGE = Path(__file__).parent / "attribution.md"
_BEGIN, _END = "<!-- reasons -->\n", "<!-- end of reasons -->\n"


def page() -> str:
    """The whole page as it should be."""
    before, _, rest = PAGE.read_text().partition(_BEGIN)
    after = rest.partition(_END)[2]
    rows = [f"| `{name}` | {meaning} | {what_to_do} |" for name, (meaning, what_to_do) in REASONS.items()]
    table = ["| reason | meaning | what to do |", "|---|---|---|", *rows]
    return f"{before}{_BEGIN}" + "\n".join(table) + f"\n{_END}{after}"


def write() -> None:
    """Write the page."""
    PAGE.write_text(page())
