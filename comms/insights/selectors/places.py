"""Where one can go: the pages of a role, and objects found by name. Bounded, however large the workspace is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from django.utils.functional import Promise
from django.utils.text import normalize_newlines
from django.utils.translation import gettext_lazy as _

from comms.campaigns import selectors as campaigns
from comms.content import selectors as content
from comms.core.actors import Actor, Role
from comms.directory import selectors as directory
from comms.feedback import policies as feedback_policies
from comms.feedback import selectors as feedback

MOST_OF_A_KIND = 6
_READ_AT_MOST = 200
LONGEST_QUESTION = 100

_EVERYONE = frozenset(Role)
_OFFICERS = frozenset({Role.ADMIN, Role.EDITOR})
_ADMINS = frozenset({Role.ADMIN})
_LOOKERS = frozenset(feedback_policies.LOOKERS)


@dataclass(frozen=True, slots=True)
class Place:
    """A page or an object. `route` with `arguments` is its address; `local` adds the workspace's slug."""

    group: str | Promise
    label: str | Promise
    icon: str
    route: str
    note: str | Promise = ""
    arguments: Mapping[str, object] = field(default_factory=dict)
    local: bool = True


@dataclass(frozen=True, slots=True)
class _Page:
    label: str | Promise
    icon: str
    route: str
    roles: frozenset[Role] = _EVERYONE
    local: bool = True


PAGES = (
    _Page(_("Today"), "sun", "insights:today"),
    _Page(_("Threads"), "messages", "threads:list"),
    _Page(_("Directory"), "address-book", "directory:list"),
    _Page(_("Add a stakeholder"), "user-plus", "directory:new", _OFFICERS | {Role.DIPLOMAT}),
    _Page(_("Import a list"), "database-import", "directory:imports", _OFFICERS),
    _Page(_("Audiences"), "target-arrow", "directory:audiences"),
    _Page(_("Content"), "file-text", "content:list"),
    _Page(_("Write an update"), "edit", "content:new", _OFFICERS),
    _Page(_("Key messages"), "key", "content:key_messages"),
    _Page(_("Campaigns"), "send", "campaigns:list"),
    _Page(_("Plan a campaign"), "speakerphone", "campaigns:new", _OFFICERS),
    _Page(_("Calendar"), "calendar-event", "campaigns:calendar"),
    _Page(_("Inbox of feedback"), "inbox", "feedback:inbox", _LOOKERS),
    _Page(_("Forms"), "forms", "feedback:forms", _LOOKERS),
    _Page(_("Audit trail"), "list-check", "ledger:list", _ADMINS | {Role.ANALYST}),
    _Page(_("Members"), "users", "accounts:members"),
    _Page(_("Invite a colleague"), "user-plus", "accounts:invite", _ADMINS),
    _Page(_("Settings of the workspace"), "settings", "accounts:settings"),
    _Page(_("You and your settings"), "user-circle", "accounts:profile", local=False),
    _Page(_("Security: passkeys, passphrase"), "fingerprint", "accounts:security", local=False),
    _Page(_("Where you are signed in"), "device-laptop", "accounts:sessions", local=False),
)


def find_places(actor: Actor, question: str) -> list[Place]:
    """Pages first, then what has `question` in its name, at most six of each kind.

    An empty question gives the pages. Only the first hundred characters are read. Every kind costs a
    fixed number of queries.
    """
    text = normalize_newlines(question)[:LONGEST_QUESTION].strip()
    found = _pages(actor, text)
    if text:
        found += _stakeholders(actor, text)
        found += _audiences(actor, text)
        found += _templates(actor, text)
        found += _editions(actor, text)
        found += _forms(actor, text)
    return found


def _pages(actor: Actor, text: str) -> list[Place]:
    return [
        Place(_("Pages"), page.label, page.icon, page.route, local=page.local)
        for page in PAGES
        if actor.holds(*page.roles) and _holds(str(page.label), text)
    ]


def _stakeholders(actor: Actor, text: str) -> list[Place]:
    rows = directory.list_stakeholders(actor, directory.StakeholderFilter(text=text))
    return [
        Place(
            _("Stakeholders"),
            row.name,
            "user",
            "directory:stakeholder",
            note=row.get_kind_display(),
            arguments={"stakeholder_id": row.id},
        )
        for row in rows.prefetch_related(None)[:MOST_OF_A_KIND]
    ]


def _audiences(actor: Actor, text: str) -> list[Place]:
    return _first(
        Place(
            _("Audiences"),
            audience.name,
            "target-arrow",
            "directory:audience",
            note=audience.description,
            arguments={"audience_id": audience.id},
        )
        for audience in directory.list_audiences(actor)
        if _holds(audience.name, text)
    )


def _templates(actor: Actor, text: str) -> list[Place]:
    return _first(
        Place(
            _("Templates"),
            template.name,
            "file-text",
            "content:template",
            arguments={"template": template.id},
        )
        for template in content.list_templates(actor)[:_READ_AT_MOST]
        if _holds(template.name, text)
    )


def _editions(actor: Actor, text: str) -> list[Place]:
    return [
        Place(
            _("Campaigns"),
            edition.title,
            "send",
            "campaigns:edition",
            note=edition.campaign.name,
            arguments={"edition": edition.id},
        )
        for edition in campaigns.list_editions(actor, search=text)[:MOST_OF_A_KIND]
    ]


def _forms(actor: Actor, text: str) -> list[Place]:
    if not feedback_policies.can_look(actor):
        return []
    builds = feedback_policies.can_build(actor)
    return _first(
        Place(
            _("Forms"),
            title,
            "forms",
            "feedback:form" if builds else "feedback:analysis",
            arguments={"form_id": form_id},
        )
        for form_id, title in feedback.list_form_titles(actor)
        if _holds(title, text)
    )


def _holds(name: str, text: str) -> bool:
    """True when every word of the question begins somewhere in the name, whatever the case."""
    folded = name.casefold()
    return all(word in folded for word in text.casefold().split())


def _first(places: Iterable[Place]) -> list[Place]:
    return [place for place, _number in zip(places, range(MOST_OF_A_KIND), strict=False)]
