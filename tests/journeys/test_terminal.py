"""One at a browser, one at a terminal: whatever either does reaches the other, live."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.accounts.browser import PASSPHRASE
from tests.client.shell import done, following, run
from tests.journeys.browsing import People
from tests.journeys.talking import WAIT, arrive, begin, say, sees
from tests.journeys.terminal_cast import SLUG
from tests.stack.deployment import Deployment
from tests.stack.patience import eventually

THREADS = f"/w/{SLUG}/threads/"


@pytest.fixture(scope="module")
def relay(system: Deployment) -> Deployment:
    """The running system with this journey's people."""
    system.run_inside("from tests.journeys.terminal_cast import make; make()")
    return system


def sign_in(context: BrowserContext, name: str) -> Page:
    return arrive(context.new_page(), THREADS, f"{name}@relay.example")


def terminal(home: Path, relay: Deployment, name: str) -> Path:
    """A computer with comms-cli, signed in."""
    words = ("sign-in", relay.url, f"{name}@relay.example", "--stdin")
    assert done(home, *words, text=f"{PASSPHRASE}\n")[0]["workspace"] == SLUG
    return home


def test_browser_and_terminal_talk_both_ways(
    people: People, relay: Deployment, tmp_path: Path
) -> None:
    ines = sign_in(people.browser_of(), "ines")
    address = begin(ines, "By terminal", "Tomas Terminal")
    say(ines, "From the **browser**")
    sees(ines, "From the browser")
    tomas = terminal(tmp_path / "tomas", relay, "tomas")
    (listed,) = done(tomas, "list")[0]
    assert (listed["title"], listed["unread"]) == ("By terminal", 1)
    thread = listed["id"]
    assert thread in address

    with following(tomas, thread) as live:
        assert live.next()["text"] == "From the **browser**"
        # What the terminal says is on the page at once, as an answer, and the page knows that it was read.
        done(tomas, "send", thread, "From the *terminal*, @Ines Interpreter", "--reply", "1")
        assert live.next()["reply_to"] == 1
        sees(ines, "From the browser", "From the terminal, @Ines Interpreter")
        expect(ines.locator(".said-quote")).to_contain_text("From the")
        expect(ines.locator(".said.names-me")).to_have_count(1)
        done(tomas, "react", thread, "1", "🤝")
        expect(ines.locator(".reaction")).to_contain_text("🤝", timeout=WAIT)
        assert live.next()["kind"] == "reaction"
        done(tomas, "edit", thread, "2", "Corrected at the terminal")
        sees(ines, "From the browser", "Corrected at the terminal")
        assert live.next()["kind"] == "edit"
        # What the page says is at the terminal at once, and before that, that she is writing.
        ines.locator("#composer-text").press_sequentially("Rec")
        assert live.next(kind="typing") | {"sender": ""} == {
            "kind": "typing",
            "sender": "",
            "name": "Ines Interpreter",
            "is_typing": True,
        }
        say(ines, "Received")
        assert live.next()["text"] == "Received"
        # She has read what was said, and the terminal's reading stands under her message.
        done(tomas, "pin", thread, "1")
        assert live.next(kind="receipt")["name"] == "Ines Interpreter"
        expect(ines.locator(".said-readers")).to_contain_text("Tomas Terminal", timeout=WAIT)
    sees(ines, "From the browser", "Corrected at the terminal", "Received")

    # One person at both: what is begun on the page is gone on with at the terminal, and back.
    own = terminal(tmp_path / "ines", relay, "ines")
    ines.locator("#composer-text").fill("We prop")
    eventually(lambda: done(own, "draft", thread)[0]["text"] == "We prop", within=60)
    done(own, "draft", thread, "We propose a pause")
    expect(ines.locator("#composer-text")).to_have_value("We propose a pause", timeout=WAIT)
    done(own, "draft", thread, "--clear")
    expect(ines.locator("#composer-text")).to_have_value("", timeout=WAIT)

    # A file each way.
    paper = tmp_path / "terms.txt"
    paper.write_bytes(os.urandom(1024 * 1024 + 99))
    done(tomas, "attach", thread, str(paper))
    card = ines.locator("[data-seq] .file-card")
    expect(card).to_have_count(1, timeout=WAIT)
    with ines.expect_download() as download:
        card.locator(".file-acts button").first.click()
    assert Path(download.value.path()).read_bytes() == paper.read_bytes()
    ines.locator("[data-attach-input]").set_input_files([paper])
    expect(ines.locator('.attached-file[data-phase="done"]')).to_have_count(1, timeout=WAIT)
    ines.locator("#composer-text").press("Enter")
    expect(card).to_have_count(2, timeout=WAIT)
    newest = done(tomas, "read", thread, "--count", "1")[0]
    done(tomas, "fetch", thread, str(newest["seq"]), "--to", str(tmp_path / "back.txt"))
    assert (
        hashlib.sha256((tmp_path / "back.txt").read_bytes()).hexdigest() == newest["file"]["sha256"]
    )

    # The same number on both sides, and the same log.
    row = ines.locator("[data-members] > li", has_text="Tomas Terminal")
    row.get_by_role("button", name=re.compile("Compare numbers")).click()
    groups = ines.locator("[data-safety-number] span")
    expect(groups).to_have_count(12)
    number = done(tomas, "verify", "Ines")[0]["number"]
    assert "".join(groups.all_inner_texts()) == number
    assert done(tomas, "log")[0]["good"] is True


@pytest.mark.slow
def test_guest_invited_at_the_terminal_is_heard_there(
    people: People, relay: Deployment, tmp_path: Path
) -> None:
    tomas = terminal(tmp_path / "tomas", relay, "tomas")
    thread = done(tomas, "new", "With a guest", "--with", "Ines")[0]["id"]
    link = done(tomas, "guest", thread, "Harbour desk")[0]["link"]
    before = {row["name"]: row["role"] for row in done(tomas, "members", thread)[0]}
    assert before["Harbour desk"] == "guest"

    guest = people.browser_of(phone=True).new_page()
    guest.goto(link)
    guest.get_by_label("Your name").fill("Amal")
    guest.get_by_role("button", name="Come in").click()
    expect(guest.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    say(guest, "Hello from the harbour")
    said = guest.locator("[data-messages]")
    expect(said).to_contain_text("Hello from the harbour", timeout=WAIT)
    done(tomas, "send", thread, "Welcome, Amal")
    expect(said).to_contain_text("Welcome, Amal", timeout=WAIT)
    heard = [row for row in done(tomas, "read", thread) if row["kind"] == "text"]
    assert [(row["name"], row["text"]) for row in heard] == [
        ("Amal", "Hello from the harbour"),
        ("Tomas Terminal", "Welcome, Amal"),
    ]
    assert done(tomas, "list")[0][0]["title"] == "With a guest"
    ines = sign_in(people.browser_of(), "ines")
    ines.goto(f"{THREADS}{thread}/")
    expect(ines.locator("[data-members]")).to_contain_text("Amal", timeout=WAIT)
    done(tomas, "remove", thread, "Amal")
    expect(guest.locator("[data-notice-text]")).to_contain_text(
        "not in this conversation any more", timeout=WAIT
    )


@pytest.mark.slow
def test_terminal_changes_who_is_in_it(people: People, relay: Deployment, tmp_path: Path) -> None:
    tomas = terminal(tmp_path / "tomas", relay, "tomas")
    thread = done(tomas, "new", "Opened at a terminal", "--with", "Ines")[0]["id"]
    done(tomas, "send", thread, "Welcome")
    ines = sign_in(people.browser_of(), "ines")
    ines.goto(f"{THREADS}{thread}/")
    sees(ines, "Welcome")
    say(ines, "Thank you")
    sees(ines, "Welcome", "Thank you")
    done(tomas, "title", thread, "Renamed at a terminal")
    expect(ines.locator("[data-title]")).to_have_text("Renamed at a terminal", timeout=WAIT)
    done(tomas, "role", thread, "Ines", "observer")
    expect(ines.locator("[data-composer]")).to_be_hidden(timeout=WAIT)
    done(tomas, "role", thread, "Ines", "member")
    expect(ines.locator("[data-composer]")).to_be_visible(timeout=WAIT)
    say(ines, "Allowed again")
    sees(ines, "Welcome", "Thank you", "Allowed again")
    done(tomas, "remove", thread, "Ines")
    expect(ines.locator("[data-notice-text]")).to_contain_text(
        "not in this conversation any more", timeout=WAIT
    )
    done(tomas, "send", thread, "Without Ines")
    assert run(tomas, "leave", thread).returncode == 1  # its last owner
    expect(ines.locator("[data-messages]")).not_to_contain_text("Without Ines")
    # Her page may have asked once more in the moment before it heard of it, and asks now: it gets nothing.
    ask = "fetch('envelopes').then((answer) => answer.status)"
    assert ines.evaluate(ask) == 404
    people.troubles.forgive("status of 404")
