"""`login --paste`: what is pasted, what is no answer, and what the command says then."""

import subprocess
from urllib.parse import parse_qs, urlsplit

import pytest

from reverse_etl.destinations.microsoft_ads.sign_in.protocol import SignInError, ask, code_of
from tests.support.shop import COMMAND
from tests.support.sign_in import World, address_in, control, counts, redirected

LOCAL = ("--environment", "local")


@pytest.mark.parametrize("whole", [True, False], ids=["the address", "the code alone"])
def test_pasting_signs_in(world: World, whole: bool) -> None:
    """What the browser ends at elsewhere is pasted, as an address or as the code in it, into the command's input."""
    command = [str(COMMAND), "login", *LOCAL, "--paste"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen(command, env=world.environ, text=True, **pipes) as started:
        assert started.stdin is not None
        assert started.stderr is not None
        printed = started.stderr.readline() + started.stderr.readline()
        ended = redirected(address_in(printed))
        assert ended.startswith("http://localhost?code=")
        out, _ = started.communicate(
            (ended if whole else parse_qs(urlsplit(ended).query)["code"][0]) + "\n", timeout=60
        )
    assert started.returncode == 0
    assert "Signed in for local" in out
    assert world.kept.access_token.startswith("local-access-")


def test_without_a_browser_the_answer_is_pasted(world: World) -> None:
    """Where there is no browser the command says so and asks for the address; nothing pasted is an error of usage."""
    done = world.run("login", *LOCAL, browser=None, stdin="\n")
    assert done.returncode == 2
    assert "There is no browser on this machine" in done.stderr
    assert "Nothing was pasted" in done.stderr
    assert address_in(done.stderr).startswith(world.sandbox.url)


def test_a_closed_input_is_nothing_pasted(world: World) -> None:
    """Where standard input is closed nothing can be read: the same sentence, and no traceback."""
    command = ["sh", "-c", f'"{COMMAND}" login --environment local --paste <&-']
    done = subprocess.run(command, env=world.environ, capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, "Traceback" in done.stderr) == (2, False)
    assert "Nothing was pasted" in done.stderr


def test_an_input_that_is_no_text_is_reported(world: World) -> None:
    """Bytes that cannot be read as text are an error of usage; they are not shown."""
    command = [str(COMMAND), "login", *LOCAL, "--paste"]
    environ = world.environ | {"PYTHONUTF8": "1", "PYTHONIOENCODING": "utf-8:strict"}
    done = subprocess.run(command, env=environ, input=b"stolen\xff\n", capture_output=True, timeout=60, check=False)
    assert (done.returncode, b"Traceback" in done.stderr) == (2, False)
    assert b"Standard input is not text in utf-8." in done.stderr
    assert b"stolen" not in done.stderr


def test_a_pasted_address_is_read_as_it_is(world: World) -> None:
    """Blanks or quotes around it, or the query alone, do no harm; an answer without a code is refused."""
    question = ask(world.identity, "http://localhost")
    assert code_of(f"  http://localhost/?code=a%2Bb&state={question.state}\n", question) == "a+b"
    assert code_of(f"'http://localhost/?code=ab&state={question.state}'", question) == "ab"
    assert code_of(f"code=ab&state={question.state}", question) == "ab"
    assert code_of("0.AXoA-just_a.code", question) == "0.AXoA-just_a.code"
    with pytest.raises(Exception, match="holds no code"):
        code_of(f"http://localhost/?state={question.state}", question)


ANOTHER = "belongs to another sign-in"
NO_CODE = "holds no code"


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        ("http://[?code=1&state=b", ANOTHER),
        ("http://\u2100.com/?code=a", ANOTHER),
        ("//[::1?code=", ANOTHER),
        ("http://localhost/?code=a&state=\udcff", ANOTHER),
        ("http://localhost/?code=a&state=%ED%B3%BF", ANOTHER),
        ("http://localhost/?code=stolen&state=other", ANOTHER),
        ("http://localhost/?code=stolen", ANOTHER),
        ("http://localhost/?error=access_denied&state=other", ANOTHER),
        ("http://localhost/?code=&state={state}", NO_CODE),
        ("http://[?code=a%00&state={state}", NO_CODE),
        ("http://localhost/?code=\udcff&state={state}", NO_CODE),
        ("\udcff", NO_CODE),
        ("co\x00de", NO_CODE),
    ],
    ids=ascii,
)
def test_what_is_no_answer_is_said_in_words(world: World, answer: str, words: str) -> None:
    """Whatever is pasted is read without an address having to be one; the hint begins such a sign-in again."""
    question = ask(world.identity, "http://localhost", "the command")
    with pytest.raises(SignInError, match=words) as caught:
        code_of(answer.format(state=question.state), question)
    assert caught.value.hint.endswith("tart again: the command")
    assert "stolen" not in caught.value.message


@pytest.mark.parametrize(
    "answer",
    ["http://localhost/?code=stolen&state=other", "http://localhost/?code=stolen", "http://[?code=1", "no-such-code"],
)
def test_after_a_failed_paste_the_command_is_to_paste_again(world: World, answer: str) -> None:
    """On a machine without a browser `login` alone would not help; nothing is kept."""
    done = world.run("login", *LOCAL, "--paste", stdin=f"{answer}\n")
    assert done.returncode == 1
    assert "reverse-etl login --environment local --paste" in done.stderr
    assert "stolen" not in done.stderr
    assert not world.store.file.exists()
    assert "redemptions" not in counts(world.sandbox)


def test_a_pasted_denial_says_how_to_paste_again(world: World) -> None:
    """Microsoft's refusal in a pasted address is one sentence, with the command as it was typed."""
    question = ask(world.identity, "http://localhost", f"{world.identity.command} --paste")
    control(world.sandbox, faults=[{"kind": "denied"}])
    with pytest.raises(SignInError, match="Consent was declined") as caught:
        code_of(redirected(question.address), question)
    assert caught.value.hint.endswith("reverse-etl login --environment local --paste")
