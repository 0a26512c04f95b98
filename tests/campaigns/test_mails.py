"""Mails as they go over the wire: safe headers, faithful texts, lines that every server takes."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comms.campaigns.transports.headers import AddressError, mailbox, subject, wire_address
from comms.campaigns.transports.mime import Skeleton, Stationery, mostly_ascii

names = st.text(max_size=300)
lines = st.text(
    alphabet=st.characters(
        codec="utf-8", exclude_characters="\r\x00\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"
    ),
    max_size=2000,
)


def skeleton(*, ascii_first: bool = True, **changes: str) -> Skeleton:
    """For the tests' mission."""
    facts = {
        "from_name": "Mission to the Talks",
        "from_address": "updates@example.org",
        "reply_to": "",
        "language": "en",
        **changes,
    }
    return Skeleton(Stationery(**facts, mostly_ascii=ascii_first), boundary="0123456789abcdef")


def made(
    paper: Skeleton, *, to: str = "", title: str = "Update", text: str = "t", html: str = "h"
) -> bytes:
    """A mail."""
    return paper.mail(
        to_name=to,
        to_address="someone@example.org",
        subject_line=title,
        text=text,
        html=html,
        message_id="<1@example.org>",
        unsubscribe_link="https://example.org/u/x/",
        date="Sun, 22 Nov 2026 09:00:00 +0000",
    )


def read(content: bytes) -> EmailMessage:
    """As a mail program reads it."""
    message = email.message_from_bytes(content, policy=email.policy.default)
    assert isinstance(message, EmailMessage)
    return message


def texts(message: EmailMessage) -> list[str]:
    """The parts in order."""
    return [part.get_content().replace("\r\n", "\n") for part in message.iter_parts()]


HEADERS = {
    "Date",
    "Message-ID",
    "To",
    "List-Unsubscribe",
    "List-Unsubscribe-Post",
    "Subject",
    "From",
    "Content-Language",
    "Auto-Submitted",
    "MIME-Version",
    "Content-Type",
}


@settings(deadline=None)
@given(to=names, title=names)
def test_no_name_and_no_subject_can_forge_a_field(to: str, title: str) -> None:
    """Whatever is in them: the fields are ours, the only recipient is ours."""
    content = made(skeleton(), to=to, title=title)
    message = read(content)
    assert set(message.keys()) == HEADERS
    assert [address.addr_spec for address in message["To"].addresses] == ["someone@example.org"]
    head = content.partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert b"\n" not in head.replace(b"\r\n", b"")
    assert all(len(line) <= 998 for line in head.split(b"\r\n"))


@settings(deadline=None)
@given(text=lines, html=lines, ascii_first=st.booleans())
def test_texts_arrive_as_they_were(text: str, html: str, ascii_first: bool) -> None:
    """In either encoding, dots, long lines, blanks at line ends and equals signs included."""
    content = made(skeleton(ascii_first=ascii_first), text=text, html=html)
    assert texts(read(content)) == [text, html]
    assert all(len(line) <= 78 for line in content.partition(b"\r\n\r\n")[2].split(b"\r\n"))
    assert content.isascii()
    assert b"\n" not in content.replace(b"\r\n", b"")


def test_learnt_lines_are_the_same_as_fresh_ones() -> None:
    """The fast path gives the same bytes: the hundredth mail of a skeleton and the first of another."""
    text = "Dear {0},\n.\n..dots\nüber = alles \n" + "x" * 200 + "\n"
    used = skeleton()
    for number in range(100):
        content = made(used, text=text.format(number), html=text.format(-number))
    assert content == made(skeleton(), text=text.format(99), html=text.format(-99))


@pytest.mark.parametrize(
    ("title", "shown"),
    [
        ("Talks resume", "Talks resume"),
        ("=?utf-8?q?forged?=", "=?utf-8?q?forged?="),
        ("تستأنف المحادثات", "تستأنف المحادثات"),
        ("long " * 60, ("long " * 60).strip()),
        ("one\r\nBcc: x@example.org", "one Bcc: x@example.org"),
    ],
)
def test_subjects_read_as_written(title: str, shown: str) -> None:
    message = read(made(skeleton(), title=title))
    assert str(message["Subject"]).strip() == shown
    assert "Bcc" not in message


def test_a_subject_is_folded_within_78() -> None:
    assert all(len(line) <= 78 for line in subject("word " * 100).split(b"\r\n"))
    assert all(len(line) <= 78 for line in subject("слово " * 100).split(b"\r\n"))


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("", "<a@example.org>"),
        ("Embassy of X", "Embassy of X <a@example.org>"),
        ('Doe, "Jane"', '"Doe, \\"Jane\\"" <a@example.org>'),
        ("back\\slash", '"back\\\\slash" <a@example.org>'),
        ("a@b.example", '"a@b.example" <a@example.org>'),
    ],
)
def test_display_names_are_quoted(name: str, expected: str) -> None:
    assert mailbox(name, "a@example.org") == expected


@pytest.mark.parametrize(
    ("address", "wire", "domain", "utf8"),
    [
        ("a@Example.ORG", "a@Example.ORG", "example.org", False),
        ("a@bücher.example", "a@xn--bcher-kva.example", "xn--bcher-kva.example", False),
        ("zoë@example.org", "zoë@example.org", "example.org", True),
    ],
)
def test_addresses_for_the_wire(address: str, wire: str, domain: str, utf8: bool) -> None:
    assert wire_address(address) == (wire, domain, utf8)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "a",
        "a@",
        "@b",
        "a b@c.d",
        "a@b\r\nRCPT TO:<x@y>",
        "<a@b>",
        ".a@b",
        "a..b@c",
        "a.@b",
        "a@\u2488.example.",
    ],
)
def test_refuses_what_is_no_address(address: str) -> None:
    """Above all what would end the command and begin another."""
    with pytest.raises(AddressError):
        wire_address(address)


def test_right_to_left_mail_is_short_in_base64() -> None:
    """Quoted-printable would triple it."""
    assert mostly_ascii("Dear Zoë, the talks resume.")
    assert not mostly_ascii("تستأنف المحادثات يوم الاثنين")
