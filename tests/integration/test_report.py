"""The report as its readers have it: its numbers are the warehouse's, and the file is whole in itself, and safe."""

import itertools
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import lxml.html
import pytest

from reverse_etl.sandbox import LocalSandbox
from tests.support.chromium import look
from tests.support.shop import SYNC, Shop, click, copy_of, deal

FILE = "reverse_etl_report.html"
HOSTILE = '</td></svg><script>document.title="taken"</script><img src=x onerror=alert(1)>&amp;"\'{{7*7}}'
PARTY = "Won \N{PARTY POPPER} \u0431\u044b\u0441\u0442\u0440\u043e"
HASH = "ec81f3ac7b2b19675bab9d54cf416f9f18cff87c97da5cca82c0f0891bc40602"
KEY = "CRM-7741-"


def ago(days: int) -> datetime:
    return datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None) - timedelta(days=days)


def deals() -> list[dict[str, Any]]:
    """Several goals, days and currencies; one of each thing that keeps a row back."""
    rows = [
        *(deal(n, conversion_time=ago(n)) for n in (1, 2, 3, 4)),
        deal(5, conversion_time=ago(3), conversion_value=20.5, conversion_currency_code="EUR"),
        deal(6, conversion_time=ago(2), conversion_name=HOSTILE, conversion_value=5.0),
        deal(7, conversion_time=ago(2), conversion_name=PARTY, conversion_value=None, conversion_currency_code=None),
        deal(8, conversion_time=ago(2), conversion_name="Missing", conversion_value=7.0),
        deal(9, conversion_time=ago(85), microsoft_click_id="broken", conversion_value=100.0),
        deal(
            10,
            conversion_time=ago(86),
            conversion_name="Missing",
            conversion_value=50.0,
            conversion_currency_code="EUR",
        ),
        deal(11, conversion_time=ago(95)),
        deal(12, conversion_time=ago(4), microsoft_click_id=None, hashed_email_address=HASH),
    ]
    return [row | {"deal_id": f"{KEY}{row['deal_id']}"} for row in rows]


@pytest.fixture(scope="module")
def reported(shop_template: Shop, tmp_path_factory: pytest.TempPathFactory) -> Shop:
    """Two pushes, the second with a restatement and a retraction, a fetch of attribution, and the report of it."""
    folder = tmp_path_factory.mktemp("report")
    shop = copy_of(shop_template, folder / "project")
    goals = {
        "goals": [{"name": "Deal won", "enhanced": True}, {"name": HOSTILE}, {"name": PARTY}],
        "clicks": [{"click_id": click(n), "time": ago(6).isoformat() + "Z"} for n in (1, 2, 3, 5, 6)],
    }
    (folder / "goals.yml").write_text(json.dumps(goals, ensure_ascii=False))
    limits = {"rows": 10, "share": "100%"}
    shop.exposure(adjustments=["restate", "retract"], max_retractions=limits, account_id="77")
    rows = deals()
    with LocalSandbox(folder / "books.sqlite", port=0, goals=folder / "goals.yml") as sandbox:
        shop.fill(rows)
        shop.push(endpoint=sandbox.url)
        rows[0] |= {"conversion_value": 15.0}
        shop.fill([rows[0], *rows[2:]])
        shop.push(endpoint=sandbox.url)
        fetched = shop.run("attribution", MICROSOFT_ADS_ENDPOINT=sandbox.url)
        assert fetched.returncode == 0, fetched.stderr
    done = shop.run("report")
    assert done.returncode == 0, done.stderr
    assert f"Written to {FILE}" in done.stderr
    return shop


@pytest.fixture(scope="module")
def page(reported: Shop) -> str:
    return (reported.folder / FILE).read_text(encoding="utf-8")


def table(page: str, caption: str) -> list[list[str]]:
    """The rows of the table with this caption."""
    (found,) = (one for one in lxml.html.fromstring(page).iter("table") if one.findtext("caption") == caption)
    return [[" ".join(cell.text_content().split()) for cell in row] for row in found.iterfind("tbody/tr")]


def money(value: float | None, currency: str) -> str:
    return f"{value:,.2f} {currency}" if value is not None else ""


def test_the_funnel_is_what_plan_and_ledger_say(reported: Shop, page: str) -> None:
    """Each source row stands in one line, and the steps are the view's rows, the records' status and the reports'."""
    ((rows,),) = reported.sql("select count(*) from deals")
    ((accepted,),) = reported.sql(
        "select count(*) from deals inner join reverse_etl_records on deal_id = record_key where status = 'accepted'"
    )
    ((attributed, uploads),) = reported.sql(
        "select sum(attributed), sum(attributed + unattributed) from reverse_etl_attribution"
    )
    steps = [[name, int(number)] for name, number in table(page, "Rows and conversions at each step")]
    # Of the rows one is malformed and one too old.
    assert steps == [
        ["Source rows", rows],
        ["Could be sent", rows - 2],
        ["Accepted", accepted],
        ["Reported uploads", uploads],
        ["Attributed to a click", attributed],
    ]
    standings = {name: int(number) for name, number, _ in table(page, "Where the source rows stand")}
    assert standings == {"accepted": accepted, "held": 2, "invalid": 1, "expired": 1}
    assert sum(standings.values()) == rows == accepted + 4


def test_conversions_and_values_are_the_records(reported: Shop, page: str) -> None:
    """By goal and currency, and by day and goal, counts and sums are those of the view of records."""
    by_goal = reported.sql(
        "select conversion_name, count(*), sum(value), currency, count(*) - count(value) from reverse_etl_records "
        "where status = 'accepted' group by conversion_name, currency"
    )
    wanted = [[name, f"{n}", money(value, currency), f"{blank}"] for name, n, value, currency, blank in by_goal]
    assert sorted(table(page, "Accepted conversions by goal and currency")) == sorted(wanted)
    by_day = reported.sql(
        "select substr(conversion_time, 1, 10) as day, sum(value) from reverse_etl_records "
        "where status = 'accepted' and currency = 'USD' group by day order by day desc"
    )
    found = table(page, "Value per day in USD, by goal")
    assert [(day, sum(map(float, values))) for day, *values in found] == by_day
    assert len(table(page, "Accepted conversions per day, by goal")) == 3 + 1
    # Sums of two currencies stand apart.
    assert [row[1] for row in table(page, "Value per day in EUR, by goal")] == ["20.50"]


def test_refusals_and_attribution_are_the_views(reported: Shop, page: str) -> None:
    """Each try that was refused counts, what is held now is the view of rejected rows; goals are as in attribution."""
    ((tries,),) = reported.sql("select sum(rejected) from reverse_etl_attribution")
    ((held,),) = reported.sql("select count(*) from reverse_etl_rejected")
    (line,) = table(page, "Refusals by reason, and what to do")
    assert (int(line[1]), int(line[2])) == (tries, held) == (2, 2)
    assert "goal" in line[3]
    assert [int(row[1]) for row in table(page, "Refusals per day, by reason")] == [2]
    columns = "sent, accepted, rejected, attributed, unattributed"
    goals = reported.sql(f"select conversion_name, {columns} from reverse_etl_attribution order by conversion_name")
    blank = [["" if one is None else str(one) for one in row] for row in goals]
    assert [row[:-1] for row in table(page, "Uploads by goal")] == blank
    reasons = reported.sql("select conversion_name, reason, unattributed from reverse_etl_unattributed")
    found = table(page, "Why not attributed, and what to do")
    assert sorted((name, reason, int(count)) for name, reason, count, _ in found) == sorted(reasons)
    assert all(row[3] for row in found)


def test_corrections_have_their_sums(page: str) -> None:
    """A restatement shows what counted before and what counts since, a retraction what was taken back."""
    assert table(page, "Accepted corrections by goal") == [
        ["Deal won", "restated", "1", "10.00 USD", "15.00 USD"],
        ["Deal won", "retracted", "1", "10.00 USD", "none"],
    ]
    assert f"Corrections since {ago(29):%Y-%m-%d} changed the sum by -5.00 USD." in page


def test_what_expires_soon_is_named_with_its_value(page: str) -> None:
    """Rows that were never accepted and have less than ten days left, by currency, each with what to do."""
    found = table(page, "About to expire")
    assert [(until[:10], rows, value, class_) for until, rows, value, class_, _ in found] == [
        (f"{ago(-4):%Y-%m-%d}", "1", "50.00 EUR", "held"),
        (f"{ago(-5):%Y-%m-%d}", "1", "100.00 USD", "invalid"),
    ]
    assert "microsoft_click_id is not 32 hex digits" in found[1][4]
    assert "2 rows worth 50.00 EUR, 100.00 USD will be too old within 10 days" in page


def test_runs_are_the_history(reported: Shop, page: str) -> None:
    """Each run with its result and duration, the newest first."""
    runs = reported.sql("select run_seq from reverse_etl_run_history order by run_seq desc")
    found = table(page, "Newest runs")
    assert [(int(row[0]),) for row in found] == runs
    assert all(re.fullmatch(r"\d+s", row[2]) and row[4] == "done" for row in found)


def test_names_from_data_stay_text(page: str) -> None:
    """A goal's name with markup is shown to the letter, and makes no element; one in another script as it is."""
    names = [row[0] for row in table(page, "Accepted conversions by goal and currency")]
    assert HOSTILE in names
    assert PARTY in names
    assert "<script" not in page
    assert not list(lxml.html.fromstring(page).iter("script", "img", "iframe", "object", "form"))
    texts = [title.text or "" for title in lxml.html.fromstring(page).iter("title")]
    assert any(HOSTILE[:57] in text for text in texts)


def test_the_file_names_no_person_and_no_address(page: str) -> None:
    """No key, click id or hash stands in it, nothing leads elsewhere, and it is below 1 MB."""
    assert KEY not in page
    assert HASH[:8] not in page
    assert not re.search(r"0{20}|\b[0-9a-f]{32}\b", page)
    assert "//" not in page
    assert {one.get("href") for one in lxml.html.fromstring(page).iter("a", "link")} == {"#content", "data:,"}
    assert not [one for one in lxml.html.fromstring(page).iter() if {"src", "srcset", "style"} & set(one.attrib)]
    assert not re.search(r"url\(|@import", page[page.index("<style>") : page.index("</style>")])
    assert len(page.encode()) < 1_000_000


def test_it_is_read_by_keyboard_and_screen_reader(page: str) -> None:
    """What scrolls takes the focus and has a name, charts say what they show, and headings leave out no level."""
    document = lxml.html.fromstring(page)
    assert document.get("lang") == "en"
    scrolling = document.find_class("scroll")
    assert all(one.get("tabindex") == "0" and one.get("aria-label") for one in scrolling)
    drawings = list(document.iter("svg"))
    assert len(drawings) == 6
    assert all(one.get("role") == "img" and len(one.get("aria-label")) > 20 for one in drawings)
    levels = [int(one.tag[1]) for one in document.iter("h1", "h2", "h3", "h4")]
    assert levels[0] == 1
    assert all(after - before <= 1 for before, after in itertools.pairwise(levels))
    assert all(head.get("scope") for head in document.iter("th"))


def test_a_browser_renders_it_and_asks_for_nothing(reported: Shop) -> None:
    """Headless Chromium runs nothing of a hostile name, says nothing on its console, and asks for no address."""
    seen = look((reported.folder / FILE).as_uri())
    assert "taken" not in lxml.html.fromstring(seen.document).findtext(".//head/title")
    assert "Attributed to a click" in seen.document
    assert (seen.console, seen.requests) == ([], [])


def test_the_browser_would_notice(tmp_path: Path) -> None:
    """A page that does say something and does ask for something is seen to."""
    page = tmp_path / "page.html"
    page.write_text("<title>x</title><script>console.error('said')</script><img src='http://127.0.0.1:9/asked'>")
    seen = look(page.as_uri())
    assert any("said" in line for line in seen.console)
    assert seen.requests == ["http://127.0.0.1:9/asked"]


def test_the_sandbox_s_page_is_as_quiet(sandbox: LocalSandbox, shop: Shop) -> None:
    """The local sandbox's page shows a hostile name as text, and asks for nothing beside itself."""
    shop.fill([deal(1, conversion_name=HOSTILE)])
    shop.push(endpoint=sandbox.url)
    seen = look(sandbox.url)
    assert HOSTILE in lxml.html.fromstring(seen.document).text_content()
    assert lxml.html.fromstring(seen.document).findtext(".//head/title") == "Local sandbox"
    assert (seen.console, seen.requests) == ([], [])


def test_nothing_pushed_is_said_plainly(shop: Shop) -> None:
    """Before the first push the file says so, and what to do, in a project without rows, too."""
    done = shop.run("report", "--output", "new.html")
    assert done.returncode == 0, done.stderr
    assert done.stdout == f"{SYNC}: Needs attention: Nothing was pushed yet. (1 more below)\n"
    page = (shop.folder / "new.html").read_text()
    assert "No push yet." in page
    assert "Nothing is known of attribution yet" in page
    assert "<svg" not in page


def test_many_forgets_hide_no_push(shop: Shop, sandbox: LocalSandbox) -> None:
    """After a batch of erasures the report still knows the push before them."""
    shop.fill([deal(1)])
    shop.push(endpoint=sandbox.url)
    kept = {"claim": '{"kind": "forget"}', "open": "", "close": '{"result": "forget", "rows": 1}'}
    for run_seq, (event, counts) in itertools.product(range(2, 30), kept.items()):
        where = f"event = '{event}' and run_seq = 1"
        shop.repeat("reverse_etl_runs", where, run_seq=run_seq, claim_id=f"forget {run_seq}", counts=counts)
    done = shop.run("report")
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith(f"{SYNC}: Healthy"), done.stdout


def test_several_syncs_share_a_file_and_one_that_fails_is_named(shop: Shop) -> None:
    """Each enabled sync has a part; where one cannot be read, the file says why, and the exit code is its own."""
    shop.fill([deal(1)])
    declared = shop.folder / "models/exposures.yml"
    (one,) = json.loads(declared.read_text())["exposures"]
    wrong = {"destination": "microsoft_ads", "environment": "local", "unique_key": "no_such_column"}
    third = one | {"name": "third", "config": {"meta": {"reverse_etl": wrong}}}
    declared.write_text(json.dumps({"exposures": [one, one | {"name": "second"}, third]}))
    done = shop.run("report")
    assert done.returncode == 2
    assert [line.split(":")[0] for line in done.stdout.splitlines()] == ["second", SYNC]
    parts = lxml.html.fromstring((shop.folder / FILE).read_text()).find_class("sync")
    assert [part.findtext("h2") for part in parts] == ["third", "second", SYNC]
    assert "no_such_column" in parts[0].find_class("headline")[0].text_content()


def test_a_file_that_cannot_be_written_is_an_error_of_usage(shop: Shop) -> None:
    """A folder that is missing is said before anything is read."""
    done = shop.run("report", "--output", "no/such/report.html")
    assert (done.returncode, done.stdout) == (2, "")
    assert "There is no folder no/such for --output." in done.stderr
