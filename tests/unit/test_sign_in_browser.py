"""The port that waits for the browser to come back."""

import socket
import threading
from urllib.parse import urlsplit

import pytest
import requests

from reverse_etl.destinations.microsoft_ads.sign_in import browser


def test_only_one_answer_counts() -> None:
    """Other paths, hosts, names and states are turned away and do not end the wait; nor does a second answer."""
    with browser.Listener() as listener:
        listener.expect("s")
        url = listener.redirect
        assert requests.get(f"{url}/favicon.ico", timeout=60).status_code == 404
        assert requests.get(f"{url}/", timeout=60).status_code == 404
        assert requests.get(f"{url}/?code=c", headers={"Host": "evil.example"}, timeout=60).status_code == 403
        for query in ("postcode=1&state=s", "terror=1&state=s", "x=code=1&state=s", "code=&state=s", "state=s"):
            assert requests.get(f"{url}/?{query}", timeout=60).status_code == 404, query
        for query in ("code=c", "code=c&state=t", "code=c&state=", "code=c&state=t&state=s", "error=e&state=t"):
            assert requests.get(f"{url}/?{query}", timeout=60).status_code == 403, query
        assert requests.get(f"{url}/?code=c&state=%ff%ed%b3%bf", timeout=60).status_code == 403
        assert listener.wait(0.1) is None
        first = requests.get(f"{url}/?code=first&state=s", timeout=60)
        assert requests.get(f"{url}/?code=second&state=s", timeout=60).status_code == 409
        assert listener.wait(0.1) == "code=first&state=s"
    assert first.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert (first.headers["Referrer-Policy"], first.headers["Cache-Control"]) == ("no-referrer", "no-store")
    assert "first" not in first.text


def test_it_is_on_loopback_alone() -> None:
    """The port is not to be had on another address of the machine."""
    with browser.Listener() as listener:
        port = urlsplit(listener.redirect).port or 0
        with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.2", port), timeout=2):
            pass


def test_a_silent_connection_keeps_no_one_out() -> None:
    """Who connects and says nothing does not keep the browser from being answered."""
    with browser.Listener() as listener:
        listener.expect("s")
        port = urlsplit(listener.redirect).port or 0
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            answer: list[int] = []
            thread = threading.Thread(
                target=lambda: answer.append(
                    requests.get(f"{listener.redirect}/?code=c&state=s", timeout=8).status_code
                )
            )
            thread.start()
            thread.join(timeout=60)
        assert answer == [200]


def test_before_it_knows_its_state_nothing_is_an_answer() -> None:
    """A request that comes first of all, and has no state either, is turned away."""
    with browser.Listener() as listener:
        assert requests.get(f"{listener.redirect}/?code=c&state=", timeout=60).status_code == 403
        assert requests.get(f"{listener.redirect}/?code=c", timeout=60).status_code == 403
        assert listener.wait(0.1) is None
