"""What stands behind the # of a guest's link, and what a link is called."""

from __future__ import annotations

import os
from uuid import uuid4

import pytest

from comms.wire import guests
from comms.wire.errors import WireError

# The same in frontend/test/threads/guests.test.ts.
TEXT = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0-Pw"


def test_fragment_comes_back_as_it_was() -> None:
    secret, epoch = bytes(range(32)), bytes(range(32, 64))
    assert guests.encode_fragment(secret, epoch) == TEXT
    assert guests.read_fragment(TEXT) == (secret, epoch)


@pytest.mark.parametrize(
    "text", ["", TEXT[1:], TEXT + "A", TEXT[:-1] + "x", TEXT[:-1] + "=", "é" * 86, TEXT[:-2] + "+/"]
)
def test_fragment_has_one_spelling(text: str) -> None:
    with pytest.raises(WireError):
        guests.read_fragment(text)


def test_name_opens_in_its_own_place_alone() -> None:
    key, thread, guest = os.urandom(32), uuid4(), uuid4()
    box = guests.seal_name(key, thread, guest, 3, "Harbour desk")
    assert guests.open_name(key, thread, guest, 3, box) == "Harbour desk"
    for place in ((thread, guest, 4), (thread, uuid4(), 3), (uuid4(), guest, 3)):
        with pytest.raises(WireError):
            guests.open_name(key, *place, box)


@pytest.mark.parametrize("name", ["", "x" * 201])
def test_name_is_bounded(name: str) -> None:
    with pytest.raises(WireError):
        guests.seal_name(os.urandom(32), uuid4(), uuid4(), 1, name)
