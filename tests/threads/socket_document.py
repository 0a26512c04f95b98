"""docs/api/asyncapi.yaml, read for tests: messages, close codes, and whether bytes are as it says."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml

DOCS = Path(__file__).resolve().parents[2] / "docs" / "api"


@cache
def document() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((DOCS / "asyncapi.yaml").read_text())
    return found


def at(node: Any) -> Any:
    """What a node is, once its references are followed."""
    while isinstance(node, dict) and "$ref" in node:
        path = node["$ref"].removeprefix("#/").split("/")
        node = document()
        for part in path:
            node = node[part]
    return node


def is_binary(message: Any) -> bool:
    """Whether it is of a conversation: those of an edition are JSON and have no kind."""
    kind: str = at(message).get("contentType", document()["defaultContentType"])
    return kind == "application/cbor"


def kind_of(message: Any) -> int:
    kind: int = at(message)["payload"]["properties"]["0"]["const"]
    return kind


def messages_of(operation: str) -> dict[int, Any]:
    """The messages of an operation by their kinds."""
    return {kind_of(one): at(one) for one in document()["operations"][operation]["messages"]}


def check_told(operation: str, message: dict[int, Any]) -> None:
    """A message that was decoded is one of the operation's, with just the fields that the document gives it."""
    payload = messages_of(operation)[message[0]]["payload"]
    assert [str(key) for key in message] == payload["required"] == list(payload["properties"])
    for key, value in message.items():
        check(payload["properties"][str(key)], value)


def check(schema: Any, value: Any) -> None:
    """A value is just as a schema of the document says. Fails for schemas that the document has no use for yet."""
    schema = at(schema)
    match schema:
        case {"type": "object", "properties": fields, "additionalProperties": False}:
            assert sorted(value) == sorted(schema["required"]) == sorted(fields)
            for name, inner in fields.items():
                check(inner, value[name])
        case {"type": ["string", "null"], "format": "date-time"}:
            assert value is None or datetime.fromisoformat(value).tzinfo is not None
        case {"type": "string", "enum": allowed}:
            assert value in allowed
        case {"const": wanted}:
            assert value == wanted
        case {"type": "string", "format": "binary"}:
            assert isinstance(value, bytes)
            assert schema["minLength"] <= len(value) <= schema["maxLength"]
        case {"type": "string"}:
            assert isinstance(value, str)
            assert schema["minLength"] <= len(value) <= schema["maxLength"]
        case {"type": "integer"}:
            assert type(value) is int
            assert schema["minimum"] <= value <= schema.get("maximum", value)
        case {"type": "number"}:
            assert isinstance(value, int | float)
            assert value >= schema["minimum"]
        case {"type": "array", "items": each}:
            for item in value:
                check(each, item)
        case {"type": "array", "prefixItems": each}:
            assert len(value) == len(each) == schema["minItems"] == schema["maxItems"]
            for inner, item in zip(each, value, strict=True):
                check(inner, item)
        case _:
            raise AssertionError(f"a schema that this check doesn't know: {schema}")


def smallest(schema: Any) -> Any:
    """The least that a schema allows."""
    schema = at(schema)
    match schema:
        case {"const": wanted}:
            return wanted
        case {"type": "string", "format": "binary"}:
            return bytes(schema["minLength"])
        case {"type": "string"}:
            return "x" * schema["minLength"]
        case {"type": "integer"}:
            return schema["minimum"]
        case _:
            raise AssertionError(f"nothing that a browser says: {schema}")
