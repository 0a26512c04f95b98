"""The OpenAPI document says everything about every address: a client can be written from it alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.translation import get_language
from drf_spectacular.generators import SchemaGenerator

from comms.core.rest.openapi import document as document_in

pytestmark = pytest.mark.django_db

# They describe the API or answer for what isn't there.
_NO_RESOURCES = {"openapi", "not_here"}
# Anyone may check the public log, and whoever signs in is nobody yet.
_PUBLIC = "/api/v1/ledger/"
_ENTRANCE = {
    "POST /api/v1/session/parameters",
    "POST /api/v1/session",
    "POST /api/v1/session/second-step",
    "POST /api/v1/session/reset",
    "POST /api/v1/session/reset/finish",
}
# A person's own vault and session: no token opens them.
_OWN = ("/api/v1/keys", "/api/v1/session/current")
_WITHOUT_BODY = {"POST /api/v1/keys/session-secret"}
_METHODS = ("get", "post", "put", "patch", "delete")


@pytest.fixture
def document() -> dict[str, Any]:
    response = Client().get("/api/v1/openapi.json")
    assert response.status_code == 200
    value: dict[str, Any] = json.loads(response.content)
    return value


def _routes(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for entry in patterns:
        if isinstance(entry, URLResolver):
            yield from _routes(entry.url_patterns)
        elif entry.name not in _NO_RESOURCES:
            yield entry


def _api_routes() -> list[URLPattern]:
    resolver = next(
        entry
        for entry in get_resolver().url_patterns
        if isinstance(entry, URLResolver) and entry.namespace == "api"
    )
    return list(_routes(resolver.url_patterns))


def _operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, methods in document["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield f"{method.upper()} {path}", methods[method]


def test_every_method_of_every_route_is_described(document: dict[str, Any]) -> None:
    routes = _api_routes()
    classes: list[Any] = [getattr(route.callback, "cls", None) for route in routes]
    expected = sum(hasattr(view, method) for view in classes for method in _METHODS)
    assert expected == len(list(_operations(document)))
    assert len(routes) == len(document["paths"])


def test_every_operation_has_words_and_a_name(document: dict[str, Any]) -> None:
    operations = list(_operations(document))
    for where, operation in operations:
        assert operation.get("summary"), where
        assert operation.get("description"), where
        assert operation["operationId"], where
    names = [operation["operationId"] for _where, operation in operations]
    assert len(set(names)) == len(names)


def test_every_operation_describes_what_it_takes_and_gives(document: dict[str, Any]) -> None:
    for where, operation in _operations(document):
        success = [code for code in operation["responses"] if code.startswith("2")]
        assert success, where
        for code in success:
            if code != "204":
                content = operation["responses"][code]["content"]
                assert all(kind.get("schema") for kind in content.values()), where
        if where.startswith(("POST", "PUT", "PATCH")):
            if "requestBody" not in operation:
                assert where in _WITHOUT_BODY, where
                continue
            bodies = operation["requestBody"]["content"]
            assert bodies, where
            assert all(kind.get("schema") for kind in bodies.values()), where


def test_every_operation_describes_its_refusals(document: dict[str, Any]) -> None:
    for where, operation in _operations(document):
        wanted = {"429"} if _is_open(where) else {"401", "429"}
        if "{workspace}" in where:
            wanted |= {"403", "404"}
        if "requestBody" in operation:
            wanted |= {"408", "413", "422"} if _is_open(where) else {"408", "409", "413", "422"}
        assert wanted <= set(operation["responses"]), where
        for code in wanted:
            kinds = operation["responses"][code]["content"]
            schema = kinds["application/problem+json"]["schema"]
            assert schema == {"$ref": "#/components/schemas/Problem"}, where


def test_everything_that_is_sent_has_its_size(document: dict[str, Any]) -> None:
    bodies = [
        (where, schema)
        for where, operation in _operations(document)
        for kind in operation.get("requestBody", {}).get("content", {}).values()
        for schema in _texts(document, kind["schema"])
    ]
    assert len(bodies) > 30
    for where, schema in bodies:
        assert schema.keys() & {"maxLength", "pattern", "enum"} or schema.get("format") in {
            "uuid",
            "date",
            "date-time",
        }, (where, schema)


def test_everything_of_the_log_has_its_size(document: dict[str, Any]) -> None:
    """Whoever checks the log trusts no server: it knows beforehand how much one may send."""
    answers = [
        schema
        for where, operation in _operations(document)
        if _PUBLIC in where and "witness" not in where and "cosignature" not in where
        for code, answer in operation["responses"].items()
        if code == "200"
        for schema in _texts(document, answer["content"].get("application/json", {}).get("schema"))
    ]
    assert len(answers) == 5
    assert all("maxLength" in schema for schema in answers)


def _texts(document: dict[str, Any], schema: Any) -> Iterator[dict[str, Any]]:
    """Every string of a schema, wherever it stands."""
    if not isinstance(schema, dict):
        return
    if "$ref" in schema:
        name = schema["$ref"].removeprefix("#/components/schemas/")
        yield from _texts(document, document["components"]["schemas"][name])
    elif schema.get("type") == "string":
        yield schema
    for key in ("items", "additionalProperties"):
        yield from _texts(document, schema.get(key))
    for inner in (
        *schema.get("properties", {}).values(),
        *schema.get("allOf", ()),
        *schema.get("oneOf", ()),
    ):
        yield from _texts(document, inner)


def _is_open(where: str) -> bool:
    return _PUBLIC in where or where in _ENTRANCE


def test_every_operation_but_the_open_ones_needs_somebody(document: dict[str, Any]) -> None:
    schemes = document["components"]["securitySchemes"]
    assert schemes["token"]["scheme"] == "bearer"
    assert schemes["session"]["in"] == "cookie"
    for where, operation in _operations(document):
        if _is_open(where):
            assert "401" not in operation["responses"], where
            assert not operation.get("security"), where
            continue
        if where.split()[1].startswith(_OWN):
            assert operation["security"] == [{"session": []}], where
            continue
        assert {"token": []} in operation["security"], where
        assert {} not in operation["security"], where
        if "{workspace}" in where:
            assert "Scope: `" in operation["description"], where


def test_every_parameter_is_typed(document: dict[str, Any]) -> None:
    for where, operation in _operations(document):
        for parameter in operation.get("parameters", []):
            assert parameter["schema"].get("type") or parameter["schema"].get("enum"), where


def test_is_made_without_a_warning(capsys: pytest.CaptureFixture[str]) -> None:
    from drf_spectacular.drainage import GENERATOR_STATS

    GENERATOR_STATS.reset()
    SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # untyped upstream
    told = [*GENERATOR_STATS._warn_cache, *GENERATOR_STATS._error_cache]
    assert not told, told


def test_is_made_once_for_each_language(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    make = SchemaGenerator.get_schema

    def counted(self: Any, *args: Any, **kwargs: Any) -> Any:
        made.append(get_language())
        return make(self, *args, **kwargs)  # type: ignore[no-untyped-call]  # untyped upstream

    monkeypatch.setattr(SchemaGenerator, "get_schema", counted)
    document_in.cache_clear()
    first = Client().get("/api/v1/openapi.json")
    again = Client().get("/api/v1/openapi.json")
    arabic = Client().get("/api/v1/openapi.json", headers={"Accept-Language": "ar"})
    asked = Client().get("/api/v1/openapi.json?lang=ar")
    assert made == ["en", "ar"]
    assert first.content == again.content != arabic.content == asked.content
    assert Client().get("/api/v1/openapi.json?lang=xx").content == first.content


def test_whoever_has_it_gets_no_second_copy() -> None:
    first = Client().get("/api/v1/openapi.json")
    again = Client().get("/api/v1/openapi.json", headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    other = Client().get("/api/v1/openapi.json", headers={"If-None-Match": '"another"'})
    assert (other.status_code, other.content) == (200, first.content)


def test_loads_nothing_from_elsewhere(document: dict[str, Any]) -> None:
    assert "http" not in json.dumps(document.get("servers", []))
    assert Client().get("/api/v1/openapi.json")["Content-Type"].startswith("application/vnd.oai")
