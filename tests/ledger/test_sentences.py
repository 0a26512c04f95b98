"""Every act that the product records has words, and they come out whatever is left of its details."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from django.utils.translation import override

from comms.core.ids import uuid7
from comms.ledger.forms import APPS
from comms.ledger.models import AuditEntry
from comms.ledger.sentences import actions, sentence_of, subjects
from tests.source import parsed

ROOT = Path(__file__).resolve().parents[2] / "comms"
ACTION = re.compile(r"(accounts|directory|content|campaigns|threads|feedback|ledger)\.[a-z0-9_]+")

# Names of Celery tasks, of log lines and of listeners look the same; they are handed to these.
_NOT_ACTS = {
    "connect",
    "enqueue",
    "shared_task",
    "send_task",
    "debug",
    "info",
    "warning",
    "error",
    "exception",
}


def _recorded() -> Iterator[tuple[str, str]]:
    """(file, action) of every string in the services that has the form of an action."""
    for file in sorted(ROOT.rglob("services/**/*.py")):
        tree = parsed(file)
        others = {
            id(argument)
            for call in ast.walk(tree)
            if isinstance(call, ast.Call)
            and getattr(call.func, "id", getattr(call.func, "attr", "")) in _NOT_ACTS
            for argument in (*call.args, *(keyword.value for keyword in call.keywords))
        }
        for node in ast.walk(tree):
            if (
                isinstance(node, ast.Constant)
                and isinstance(node.value, str)
                and id(node) not in others
                and ACTION.fullmatch(node.value)
            ):
                yield str(file.relative_to(ROOT)), node.value


def test_every_act_belongs_to_an_area_that_the_trail_is_filtered_by() -> None:
    areas = {prefix for prefix, _name in APPS}
    assert {f"{action.partition('.')[0]}." for action in actions()} == areas


def test_every_recorded_act_has_a_sentence() -> None:
    found = list(_recorded())
    assert len(found) > 30
    silent = [(file, action) for file, action in found if action not in actions()]
    assert not silent, f"say in the app's audit.py what these are called: {silent}"


def test_every_recorded_subject_has_a_name_of_its_kind() -> None:
    found = {
        str(keyword.value.value)
        for file in ROOT.rglob("services/**/*.py")
        for call in ast.walk(parsed(file))
        if isinstance(call, ast.Call)
        for keyword in call.keywords
        if keyword.arg == "subject_type" and isinstance(keyword.value, ast.Constant)
    }
    assert len(found) > 10
    assert found <= subjects().keys() | {""}


def test_every_subject_has_a_page_or_says_that_it_has_none() -> None:
    for kind, subject in subjects().items():
        if subject.route:
            try:
                reverse(subject.route, args=["mission", uuid7()])
            except NoReverseMatch:
                pytest.fail(
                    f"{kind} names the route {subject.route}, which takes no id or isn't there"
                )


@pytest.mark.parametrize("action", sorted(actions()))
def test_sentence_comes_out_with_erased_details(action: str) -> None:
    entry = AuditEntry(action=action)
    entry.details = None
    assert sentence_of(entry)
    assert "%(" not in sentence_of(entry)


def test_sentence_of_an_unknown_act_is_its_name() -> None:
    entry = AuditEntry(action="future.did_something")
    entry.details = {"a": 1}
    assert sentence_of(entry) == "did something"


def test_percent_signs_in_details_are_harmless() -> None:
    entry = AuditEntry(action="accounts.held_workspace")
    entry.details = {"reason": "100 %(sure)s %s"}
    assert "100 %(sure)s %s" in sentence_of(entry)


@pytest.mark.parametrize(
    ("action", "details", "said"),
    [
        ("directory.added_contact_point", {"channel": "email"}, "added an address (E-mail)"),
        (
            "directory.updated_stakeholder",
            {"fields": ["name", "time_zone"]},
            "changed a stakeholder (Name, Time zone)",
        ),
        (
            "accounts.changed_roles",
            {"person": "Ana", "before": ["editor"], "after": ["editor", "approver"]},
            "changed the roles of Ana from Editor to Editor, Approver",
        ),
        (
            "content.saved_variant",
            {"version": 2, "language": "ar"},
            "saved version 2 of a text in Arabic",
        ),
        ("accounts.added_vault_wrap", {"kind": "recovery_code"}, "their vault (Recovery code)"),
        ("directory.added_contact_point", {"channel": "pigeon"}, "added an address (pigeon)"),
    ],
)
def test_codes_are_said_in_words(action: str, details: dict[str, Any], said: str) -> None:
    entry = AuditEntry(action=action)
    entry.details = details
    assert said in sentence_of(entry)


def test_codes_are_said_in_the_readers_language() -> None:
    entry = AuditEntry(action="content.saved_variant")
    entry.details = {"version": 2, "language": "fr"}
    with override("ar"):
        assert "الفرنسية" in sentence_of(entry)
