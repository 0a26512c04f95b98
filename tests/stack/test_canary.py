"""The search for words that may stand nowhere finds them where they do."""

from __future__ import annotations

import base64

import pytest

from tests.stack.canary import holds, spellings

WORD = "zyxomarker"


@pytest.mark.parametrize("before", [b"", b"a", b"ab", b"abc"])
@pytest.mark.parametrize("after", [b"", b"x", b"xy"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-16-le", "utf-16-be"])
def test_finds_the_word_inside_something_encoded(
    before: bytes, after: bytes, encoding: str
) -> None:
    content = before + WORD.encode(encoding) + after
    assert holds(content, [WORD])
    assert holds(content.hex().encode(), [WORD])
    assert holds(content.hex().upper().encode(), [WORD])
    assert holds(base64.b64encode(content), [WORD])
    assert holds(base64.urlsafe_b64encode(content), [WORD])


def test_finds_bytes_and_what_was_escaped() -> None:
    assert holds(base64.b64encode(b"..\xff\x00\xfe\x01\x02."), [b"\xff\x00\xfe\x01\x02"])
    assert holds(b"text=%D8%B3%D9%84%D8%A7%D9%85+%C3%A9", ["سلام"])
    assert holds(rb'{"text": "\u0633\u0644\u0627\u0645"}', ["سلام"])


def test_finds_nothing_where_nothing_is() -> None:
    assert not holds(b"zyxomarke rzyxomarkr", [WORD])
    # A spelling that is too short would be found by chance.
    assert min(len(each) for each in spellings(WORD)) >= 10
