"""What acts are called in words. Each app says it in its own `audit.py`.

`SENTENCES` maps an action to its template: what the person did, in the past, without the person, with
`%(name)s` for details: {"accounts.renamed_workspace": _("renamed the workspace to %(name)s")}.
`SUBJECTS` maps a subject type to (what it is called, the route of its page or "", what finds their names or
nothing): the route takes the workspace and the subject's id, the finder the reader and some ids:
{"stakeholder": (_("stakeholder"), "directory:stakeholder", names_of)}. Names are read when the page is made, so
that they go with whoever is erased.
`NAMES` maps an action to its details that are stored as codes, and each of those to its words in the reader's
language: {"directory.added_contact_point": {"channel": dict(Channel.choices)}}, or a function of the code. A
code that is not in it (an older one, say) is shown as it is.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any, NamedTuple

from django.apps import apps
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from comms.core.actors import Actor
from comms.core.directions import isolated
from comms.ledger.models import AuditEntry

_Text = str | Promise
Names = Mapping[str, _Text] | Callable[[str], str]
"""Codes with their words, or what finds the words of a code."""

Finder = Callable[[Actor, Collection[uuid.UUID]], Mapping[uuid.UUID, str]]
"""Names of subjects by id, in one query; those that are gone, or not for this reader, are left out."""

ERASED = "…"


class Subject(NamedTuple):
    """A kind of thing that acts are about. `route` is empty when it has no page, `finder` None without names."""

    label: _Text
    route: str = ""
    finder: Finder | None = None


class _Words(NamedTuple):
    sentences: dict[str, _Text]
    subjects: dict[str, Subject]
    names: dict[str, Mapping[str, Names]]


@cache
def _words() -> _Words:
    words = _Words({}, {}, {})
    for config in apps.get_app_configs():
        name = f"{config.name}.audit"
        if config.name.startswith("comms.") and find_spec(name):
            module = import_module(name)
            words.sentences.update(getattr(module, "SENTENCES", {}))
            words.names.update(getattr(module, "NAMES", {}))
            subjects = getattr(module, "SUBJECTS", {})
            words.subjects.update({key: Subject(*value) for key, value in subjects.items()})
    return words


def actions() -> dict[str, _Text]:
    """Every known action with its template."""
    return dict(sorted(_words().sentences.items()))


def subjects() -> dict[str, Subject]:
    """Every known kind of subject."""
    return dict(sorted(_words().subjects.items()))


def names_of_subjects(actor: Actor, entries: Collection[AuditEntry]) -> dict[uuid.UUID, str]:
    """What the things are called that these entries are about: a query for each kind. Inside `in_workspace`."""
    ids: defaultdict[str, set[uuid.UUID]] = defaultdict(set)
    for entry in entries:
        if entry.subject_id is not None:
            ids[entry.subject_type].add(entry.subject_id)
    found: dict[uuid.UUID, str] = {}
    for kind, wanted in ids.items():
        subject = _words().subjects.get(kind)
        if subject is not None and subject.finder is not None:
            found.update(subject.finder(actor, wanted))
    return found


def sentence_of(entry: AuditEntry, *, for_page: bool = False) -> str:
    """What happened, without who did it. Erased details are shown as …

    For a page each detail keeps its own direction; in files and answers nothing is added to it.
    """
    template = _words().sentences.get(entry.action)
    if template is None:
        return entry.action.partition(".")[2].replace("_", " ")
    details = entry.details or {}
    names = _words().names.get(entry.action, {})
    values: defaultdict[str, str] = defaultdict(lambda: ERASED)
    shown = {key: _shown(value, names.get(key, {})) for key, value in details.items()}
    values.update({key: isolated(text) for key, text in shown.items()} if for_page else shown)
    return str(template) % values


def _shown(value: Any, names: Names) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(item, names) for item in value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if value is None:
        return ERASED
    code = str(value)
    return names(code) if callable(names) else str(names.get(code, code))
