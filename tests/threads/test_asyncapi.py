"""The documents of the sockets say what the code does. What is really told is checked in test_socket."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from comms.threads import messages
from comms.threads.consumers import base
from comms.wire.cbor import encode
from comms.wire.errors import WireError
from config.routing import websocket_urlpatterns
from tests.threads.socket_document import (
    DOCS,
    at,
    document,
    is_binary,
    kind_of,
    messages_of,
    smallest,
)

KINDS = {
    name.lower(): value
    for name, value in vars(messages).items()
    if name.isupper() and isinstance(value, int) and not name.endswith("_LIMIT")
}
CODES = {
    value: name.lower()
    for name, value in vars(base).items()
    if name.isupper() and isinstance(value, int) and value >= 4000
}
WORDS = (DOCS / "sockets.md").read_text()
CONVERSATIONS = ("#/channels/threads", "#/channels/guests")


def references(node: Any) -> list[str]:
    if isinstance(node, dict):
        own = [node["$ref"]] if "$ref" in node else []
        return own + [found for each in node.values() for found in references(each)]
    return [found for each in node for found in references(each)] if isinstance(node, list) else []


def test_names_every_kind_of_the_code_and_no_other() -> None:
    assert len(KINDS) == 15
    everything = document()["components"]["messages"]
    assert all(each["name"] == name for name, each in everything.items())
    found = {name: kind_of(one) for name, one in everything.items() if is_binary(one)}
    assert found == KINDS
    assert set(everything) - set(found) == {"progress", "changed"}
    listed = re.findall(r"^\| (\d\d) (\w+) \|", WORDS, re.MULTILINE)
    # The guest's first message stands in a sentence of its own.
    assert {name: int(kind) for kind, name in listed} | {"guest": 75} == KINDS
    assert "It says 75 (" in WORDS


def test_names_every_close_code_of_the_code_and_no_other() -> None:
    members, guests = (
        document()["channels"][name]["x-close-codes"] for name in ("threads", "guests")
    )
    assert {code: each["name"] for code, each in members.items()} == CODES
    # A guest has no session whose key could change.
    assert {code: each["name"] for code, each in guests.items()} == {
        code: name for code, name in CODES.items() if code != base.RENEWED
    }
    assert {int(code) for code in re.findall(r"^\| (4\d\d\d) \|", WORDS, re.MULTILINE)} == set(
        CODES
    )


def test_every_reference_leads_somewhere_and_every_message_is_used() -> None:
    for reference in references(document()):
        assert at({"$ref": reference}) is not None
    used = set()
    for operation in document()["operations"].values():
        channel = operation["channel"]["$ref"]
        assert all(one["$ref"].startswith(f"{channel}/messages/") for one in operation["messages"])
        assert all(is_binary(one) == (channel in CONVERSATIONS) for one in operation["messages"])
        used |= {at(one)["name"] for one in operation["messages"]}
    assert used == set(document()["components"]["messages"])


def test_every_socket_is_described_and_no_other() -> None:
    routes = {re.sub(r"<\w+:(\w+)>", r"{\1}", str(each.pattern)) for each in websocket_urlpatterns}
    addresses = {each["address"].removeprefix("/") for each in document()["channels"].values()}
    assert addresses == routes
    for channel in document()["channels"].values():
        named = re.findall(r"{(\w+)}", channel["address"])
        assert named == list(channel.get("parameters", {}))
        address = re.sub(r"{(\w+)}", r"<\1>", channel["address"])
        assert f"`{address}`" in WORDS, address


@pytest.mark.parametrize(
    ("operation", "read"),
    [
        ("hearMember", messages.read_from_browser),
        ("hearGuest", messages.read_from_guest),
    ],
)
def test_the_server_takes_what_it_hears_and_nothing_else(
    operation: str, read: Callable[[bytes], object]
) -> None:
    heard = messages_of(operation)
    for each in document()["components"]["messages"].values():
        if not is_binary(each):
            continue
        fields = each["payload"]["properties"]
        if kind_of(each) in heard:
            said = {int(key): smallest(schema) for key, schema in fields.items()}
            read(encode(said))
            with pytest.raises(WireError):
                read(encode({**said, len(said): 0}))
        else:
            with pytest.raises(WireError):
                read(encode({0: kind_of(each), 1: 1}))
