"""Settings of Microsoft Advertising: which addresses are allowed, what must be there, and what goes where."""

from dataclasses import replace
from datetime import date

import pytest

from reverse_etl.core.errors import SettingsError
from reverse_etl.core.sync import Environment, Sync, WireProtocol
from reverse_etl.destinations.microsoft_ads.settings import (
    REST_PATH,
    SERVICE_PATH,
    MicrosoftAdsSettings,
    account_of,
    soap_warning,
    spoken,
)
from reverse_etl.destinations.microsoft_ads.values import is_loopback

SECRETS = {"MICROSOFT_ADS_DEVELOPER_TOKEN": "dev-secret", "MICROSOFT_ADS_ACCESS_TOKEN": "access-secret"}
IDS = {"MICROSOFT_ADS_ACCOUNT_ID": "11", "MICROSOFT_ADS_CUSTOMER_ID": "22"}
FULL = SECRETS | IDS
PRODUCTION = "https://campaign.api.bingads.microsoft.com"
SANDBOX = "https://campaign.api.sandbox.bingads.microsoft.com"


def sync(environment: str, account_id: str = "", customer_id: str = "", protocol: str = "soap") -> Sync:
    made = Sync("ads", "model.shop.ads", "microsoft_ads", Environment(environment), account_id, customer_id)
    return replace(made, protocol=WireProtocol(protocol) if protocol else None)


def endpoint(environment: str, address: str = "", protocol: str = "soap") -> str:
    environ = FULL | {"MICROSOFT_ADS_ENDPOINT": address}
    return MicrosoftAdsSettings.load(sync(environment, protocol=protocol), environ).endpoint


HERE = "http://127.0.0.1:9000"
SHOUTED = "https://Campaign.API.BingAds.Microsoft.com"


@pytest.mark.parametrize(("protocol", "path"), [("soap", SERVICE_PATH), ("rest", REST_PATH)])
@pytest.mark.parametrize(
    ("environment", "given", "expected"),
    [
        ("production", "", PRODUCTION),
        ("sandbox", "", SANDBOX),
        ("local", "", "http://127.0.0.1:8765"),
        ("local", HERE, HERE),
        ("local", f"  {HERE}  ", HERE),
        ("local", "http://localhost:9000/", "http://localhost:9000"),
        ("local", "HTTP://LocalHost:9000", "http://LocalHost:9000"),
        ("local", "http://[::1]:9000", "http://[::1]:9000"),
        ("production", SHOUTED, SHOUTED),
        ("sandbox", SANDBOX, SANDBOX),
    ],
)
def test_addresses_that_are_allowed(protocol: str, path: str, environment: str, given: str, expected: str) -> None:
    """Loopback by http for the local sandbox, a Microsoft host by https for the others; left out, it is the service's
    own, and the path is the protocol's."""
    assert endpoint(environment, given, protocol) == expected + path


@pytest.mark.parametrize(
    ("environment", "given"),
    [("local", f"{HERE}/own/path"), ("local", HERE + REST_PATH), ("production", PRODUCTION + ":443/x.svc")],
)
def test_a_path_that_is_given_stays(environment: str, given: str) -> None:
    """It may be a proxy's."""
    assert endpoint(environment, given, "rest") == given


@pytest.mark.parametrize(("protocol", "path"), [("rest", SERVICE_PATH), ("soap", REST_PATH), ("soap", REST_PATH + "/")])
def test_the_path_of_the_other_protocol_is_refused(protocol: str, path: str) -> None:
    """Calls there could never be answered; what to do is said before one is made."""
    with pytest.raises(SettingsError, match="another protocol than " + protocol) as caught:
        endpoint("local", "http://127.0.0.1:9000" + path, protocol)
    assert "http://127.0.0.1:9000)" in caught.value.hint


DAYS = [(2026, 11, 25, "soap"), (2027, 1, 30, "soap"), (2027, 1, 31, "rest"), (2028, 3, 1, "rest")]


@pytest.mark.parametrize(("year", "month", "day", "expected"), DAYS)
def test_the_day_decides_where_the_exposure_does_not(year: int, month: int, day: int, expected: str) -> None:
    """SOAP before 2027-01-31, REST from that day on, with the address to it; what is declared wins on any day."""
    today = date(year, month, day)
    made = MicrosoftAdsSettings.load(sync("production", protocol=""), FULL, today)
    assert made.protocol == expected
    assert made.endpoint == PRODUCTION + {"soap": SERVICE_PATH, "rest": REST_PATH}[expected]
    for declared in ("soap", "rest"):
        assert MicrosoftAdsSettings.load(sync("local", protocol=declared), {}, today).protocol == declared
        assert spoken(sync("local", protocol=declared), today) == declared


WARNINGS = [
    ("", date(2026, 11, 1), ""),
    ("", date(2026, 11, 2), "SOAP ends on 2027-01-31"),
    ("soap", date(2026, 11, 25), "SOAP ends on 2027-01-31"),
    ("", date(2027, 1, 30), "SOAP ends on 2027-01-31"),
    ("", date(2027, 1, 31), ""),
    ("soap", date(2027, 1, 31), "SOAP was to end on 2027-01-31"),
    ("rest", date(2027, 1, 30), ""),
    ("rest", date(2026, 11, 25), ""),
]


@pytest.mark.parametrize(("protocol", "today", "words"), WARNINGS)
def test_soap_warns_of_its_end(protocol: str, today: date, words: str) -> None:
    """From 90 days before it, a sync that speaks it that day; others never."""
    warning = soap_warning(sync("production", protocol=protocol), today)
    assert words in warning
    assert bool(warning) == bool(words)


@pytest.mark.parametrize("name", sorted(FULL))
def test_a_header_takes_ascii_alone(name: str) -> None:
    """What no header can carry is refused before a call, by either protocol, and a secret is not repeated."""
    with pytest.raises(SettingsError, match="beyond ASCII") as caught:
        MicrosoftAdsSettings.load(sync("production", protocol="rest"), FULL | {name: "schl\u00fcssel\u2713"})
    assert "schl" not in caught.value.message + caught.value.hint
    whole = MicrosoftAdsSettings.load(sync("production", protocol="rest"), FULL)
    assert whole.credentials.token() == "access-secret"


TRICKS = [
    "https://evil.com/.bingads.microsoft.com",
    "https://evil.com?.bingads.microsoft.com",
    "https://evil.com#.bingads.microsoft.com",
    "https://evil.com\\.bingads.microsoft.com",
    "https://evil.com\\@campaign.api.bingads.microsoft.com",
    "https://evil.com%2f.bingads.microsoft.com",
    "https://evil.com\t.bingads.microsoft.com",
    "https://evil.com .bingads.microsoft.com",
    "https://evil.com\n.bingads.microsoft.com",
    "https://evil.com/\x00.bingads.microsoft.com",
    "https://evil.com\uff0f.bingads.microsoft.com",
    "https://evil\u3002com",
    "https://bingads.microsoft.com.evil.com",
    "https://evilbingads.microsoft.com",
    "https://bingads.microsoft.com",
    "https://campaign.api.bingads.microsoft.com.",
    "https://user@campaign.api.bingads.microsoft.com",
    "https://user:secret-password@campaign.api.bingads.microsoft.com",
    "https://:secret-password@campaign.api.bingads.microsoft.com",
    "https://@campaign.api.bingads.microsoft.com",
    "https://campaign.api.bingads.microsoft.com@evil.com",
    "https://campaign.api.bingads.microsoft.com:443@evil.com",
    "https://campaign.api.bingads.microsoft.com:99999",
    "https://campaign.api.bingads.microsoft.com:port",
    "http://campaign.api.bingads.microsoft.com",
    "ftp://campaign.api.bingads.microsoft.com",
    "//campaign.api.bingads.microsoft.com",
    "campaign.api.bingads.microsoft.com",
    "https:campaign.api.bingads.microsoft.com",
    "https://",
    "https://[::1",
    "https://[::ffff:127.0.0.1]",
    "http://127.0.0.1.evil.com",
    "http://localhost.evil.com",
    "http://127.0.0.1@evil.com",
    "http://user@127.0.0.1:8765",
    "https://127.0.0.1:8765",
    "http://127.0.0.1:8765#@evil.com",
    "http://127.1",
    "http://2130706433",
    "http://0.0.0.0:8765",
    "http://192.168.1.1:8765",
    "file:///etc/passwd",
    "http://127.0.0.1:8765/x?wsdl",
]


@pytest.mark.parametrize("environment", ["local", "sandbox", "production"])
@pytest.mark.parametrize("address", TRICKS)
def test_addresses_that_are_refused(environment: str, address: str) -> None:
    """Anything that is not plainly loopback or Microsoft is refused, and what is secret in it is not repeated."""
    with pytest.raises(SettingsError) as caught:
        endpoint(environment, address)
    assert "MICROSOFT_ADS_ENDPOINT" in caught.value.message
    assert "secret" not in caught.value.message + caught.value.hint
    assert caught.value.exit_code == 2


@pytest.mark.parametrize(
    ("environment", "address"),
    [
        ("production", "http://127.0.0.1:8765"),
        ("sandbox", "http://[::1]:8765"),
        ("local", PRODUCTION),
        ("local", SANDBOX),
        ("production", SANDBOX),
        ("sandbox", PRODUCTION),
    ],
)
def test_an_address_of_another_environment_is_refused(environment: str, address: str) -> None:
    """The address must be of the sync's environment: else production's guards, or its ledger, would mean nothing."""
    with pytest.raises(SettingsError, match=f"environment is {environment}"):
        endpoint(environment, address)


@pytest.mark.parametrize("environment", ["sandbox", "production"])
@pytest.mark.parametrize("missing", sorted(FULL))
@pytest.mark.parametrize("instead", [None, "", "  "])
def test_a_missing_setting_is_named(environment: str, missing: str, instead: str | None) -> None:
    """What is missing or blank is named, alone, and no other value is shown."""
    environ = {name: value for name, value in FULL.items() if name != missing}
    if instead is not None:
        environ[missing] = instead
    with pytest.raises(SettingsError) as caught:
        MicrosoftAdsSettings.load(sync(environment), environ)
    assert missing in caught.value.message
    assert all(name not in caught.value.message for name in FULL if name != missing)
    assert "secret" not in caught.value.message


def test_all_that_is_missing_is_named_at_once() -> None:
    """One message names everything that is missing."""
    with pytest.raises(SettingsError) as caught:
        MicrosoftAdsSettings.load(sync("production"), {})
    assert all(name in caught.value.message for name in FULL)


def test_the_exposure_goes_before_the_environment() -> None:
    """Account and customer of the exposure win over the environment's."""
    both = MicrosoftAdsSettings.load(sync("production", "1", "2"), FULL)
    assert (both.account_id, both.customer_id) == ("1", "2")
    neither = MicrosoftAdsSettings.load(sync("production"), FULL)
    assert (neither.account_id, neither.customer_id) == ("11", "22")
    assert account_of(sync("local"), {}) == "local"
    assert account_of(sync("production"), {}) == ""
    assert account_of(sync("production", "1"), FULL) == "1"


def test_the_local_sandbox_needs_no_settings_and_gets_no_secrets() -> None:
    """Without any setting the environment local works; with real tokens set, they are not sent to it."""
    for environ in ({}, FULL):
        made = MicrosoftAdsSettings.load(sync("local"), environ)
        assert (made.developer_token, made.credentials.token()) == ("local", "local")
        assert made.account_id
        assert made.customer_id


@pytest.mark.parametrize("name", sorted(FULL))
@pytest.mark.parametrize("text", ["two\nlines", "bell\x07", "null\x00", "zero\u200bwidth"])
def test_a_value_that_cannot_be_sent_is_refused(name: str, text: str) -> None:
    """A token with a line break or a control character is refused before anything is sent, without showing it."""
    with pytest.raises(SettingsError) as caught:
        MicrosoftAdsSettings.load(sync("production"), FULL | {name: text})
    assert text not in caught.value.message
    kind = name.removeprefix("MICROSOFT_ADS_").replace("_ID", " id").lower()
    assert name in caught.value.message or kind in caught.value.message


def test_blanks_around_values_are_dropped() -> None:
    """A line break at the end of a token, as files have it, does no harm."""
    made = MicrosoftAdsSettings.load(sync("production"), {name: f" {value}\n" for name, value in FULL.items()})
    assert (made.credentials.token(), made.developer_token) == ("access-secret", "dev-secret")


def test_loopback_is_known_by_host_alone() -> None:
    """Only the host decides whether an address is this machine."""
    assert is_loopback("http://[::1]:1/x")
    assert is_loopback("http://LOCALHOST/")
    assert not is_loopback(PRODUCTION + "/127.0.0.1")


@pytest.mark.parametrize("name", sorted(IDS))
@pytest.mark.parametrize("given", ["X1234567", "12 34", "-1"])
def test_an_id_is_a_number(name: str, given: str) -> None:
    """What people take for one, such as the account's number with letters, is refused; the local sandbox takes any."""
    with pytest.raises(SettingsError, match="it is a whole number"):
        MicrosoftAdsSettings.load(sync("production"), FULL | {name: given})
    MicrosoftAdsSettings.load(sync("local"), FULL | {name: given})


def test_an_account_that_rows_name_is_a_number_in_local_too() -> None:
    """Where each row names its account, `local` refuses what production would; a set one it takes as it is."""
    assert MicrosoftAdsSettings.load(sync("local", account_id="shop"), {}).account_id == "shop"
    routed = replace(sync("local", account_id="X1234567"), account_column="account")
    with pytest.raises(SettingsError, match="it is a whole number"):
        MicrosoftAdsSettings.load(routed, {})
