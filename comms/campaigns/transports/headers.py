"""Header fields of a mail, safe whatever a name or a subject holds (RFC 5322, RFC 2047)."""

from __future__ import annotations

import binascii
import re
from functools import lru_cache

import idna

LINE = 76
_WORD_BYTES = 39
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]+")
_UNSAFE = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_ADDRESS = re.compile(
    r"[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,64}@[^\s@<>()\[\]\\,;:\"\x00-\x20\x7f]{1,255}"
)


class AddressError(ValueError):
    """It can't stand in an envelope or a header."""


def one_line(text: str) -> str:
    """`text` without line breaks and control characters: nothing in it can begin another field."""
    return text if text.isprintable() else " ".join(_UNSAFE.sub(" ", text).split())


def encoded_words(text: str) -> str:
    """RFC 2047 words in UTF-8 and base64, each of whole characters and at most 75 long, folded."""
    words = []
    piece = bytearray()
    for sign in text:
        content = sign.encode()
        if len(piece) + len(content) > _WORD_BYTES:
            words.append(_word(piece))
            piece = bytearray()
        piece += content
    words.append(_word(piece))
    return "\r\n ".join(words)


def _word(content: bytes | bytearray) -> str:
    return f"=?utf-8?b?{binascii.b2a_base64(content, newline=False).decode()}?="


@lru_cache(maxsize=4096)
def subject(text: str) -> bytes:
    """`Subject: …` with its line end, folded at spaces or as encoded words."""
    line = one_line(text)
    if line.isascii() and "=?" not in line and len(line) <= 900:
        return ("Subject: " + _folded(line, used=9) + "\r\n").encode("ascii")
    return ("Subject: " + encoded_words(line) + "\r\n").encode("ascii")


def _folded(line: str, *, used: int) -> str:
    """Folded at single spaces, so that unfolding gives the same line again."""
    if used + len(line) <= LINE:
        return line
    out, width = [], used
    for number, word in enumerate(line.split(" ")):
        if number and width + 1 + len(word) > LINE and word:
            out.append("\r\n " + word)
            width = 1 + len(word)
        else:
            out.append((" " if number else "") + word)
            width += len(word) + (1 if number else 0)
    return "".join(out)


def mailbox(name: str, address: str) -> str:
    """A display name and an address as a header shows them; the name quoted or encoded as needed."""
    shown = one_line(name)
    if not shown:
        return f"<{address}>"
    if not shown.isascii() or "=?" in shown:
        return f"{encoded_words(shown)}\r\n <{address}>"
    if not _ATOM.fullmatch(shown):
        shown = '"' + shown.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if len(shown) > 900:
        return f"{encoded_words(shown)}\r\n <{address}>"
    separator = " " if len(shown) + len(address) < LINE - 14 else "\r\n "
    return f"{shown}{separator}<{address}>"


def wire_address(address: str) -> tuple[str, str, bool]:
    """The address as it goes over the wire, its domain in lower case, and whether it needs SMTPUTF8.

    A domain beyond ASCII becomes its A-label (RFC 5891). Raises AddressError for what is no address.
    """
    if not _ADDRESS.fullmatch(address):
        raise AddressError("it is not an address")
    local, _at, domain = address.rpartition("@")
    if not domain.isascii():
        domain = _a_label(domain)
    if not local or local.startswith(".") or local.endswith(".") or ".." in local:
        raise AddressError("it is not an address")
    return f"{local}@{domain}", domain.lower(), not local.isascii()


@lru_cache(maxsize=4096)
def _a_label(domain: str) -> str:
    try:
        return idna.encode(domain, uts46=True).decode("ascii")
    except idna.IDNAError as error:
        raise AddressError("its domain is not one") from error
