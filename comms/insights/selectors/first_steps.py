"""What a new workspace does first; each step is ticked off by what is there, never by a click."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db.models import IntegerField, QuerySet, Value
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comms.accounts import policies as account_policies
from comms.accounts import selectors as accounts
from comms.content import policies as content_policies
from comms.content import selectors as content
from comms.core.actors import Actor
from comms.directory import policies as directory_policies
from comms.directory import selectors as directory
from comms.feedback import policies as feedback_policies
from comms.feedback import selectors as feedback
from comms.threads import selectors as threads


@dataclass(frozen=True, slots=True)
class FirstStep:
    """One step. `route` takes the workspace's slug; `allowed` is False for who must ask a colleague."""

    title: str | Promise
    text: str | Promise
    action: str | Promise
    route: str
    icon: str
    done: bool
    allowed: bool


def list_first_steps(actor: Actor) -> list[FirstStep]:
    """The five steps with their state, in at most four queries."""
    has_list, has_text, has_form = _there(
        directory.list_stakeholders(actor, directory.StakeholderFilter()),
        content.list_templates(actor),
        feedback.list_published(actor),
    )
    return [
        FirstStep(
            title=_("Invite a colleague"),
            text=_("Nothing goes out unless a second person approves it."),
            action=_("Invite"),
            route="accounts:invite",
            icon="user-plus",
            done=_has_company(actor),
            allowed=account_policies.can_manage_members(actor),
        ),
        FirstStep(
            title=_("Import your list"),
            text=_("Any CSV file. You see every row before anything is kept."),
            action=_("Import"),
            route="directory:imports",
            icon="database-import",
            done=has_list,
            allowed=directory_policies.can_manage_lists(actor),
        ),
        FirstStep(
            title=_("Write an update"),
            text=_("One text, told to each audience in its own language."),
            action=_("Write"),
            route="content:new",
            icon="edit",
            done=has_text,
            allowed=content_policies.can_write(actor),
        ),
        FirstStep(
            title=_("Begin a conversation"),
            text=_("Only the people in it can read it. Not even this server can."),
            action=_("Begin"),
            route="threads:list",
            icon="message-2",
            done=threads.has_threads(actor),
            allowed=True,
        ),
        FirstStep(
            title=_("Ask with a form"),
            text=_(
                "People answer without an account. What is sealed only those open whom you name."
            ),
            action=_("Make a form"),
            route="feedback:forms",
            icon="forms",
            done=has_form,
            allowed=feedback_policies.can_build(actor),
        ),
    ]


def _there(*found: QuerySet[Any]) -> list[bool]:
    """Which of these hold anything: asked in one query, which reads one row of each."""
    parts = [
        rows.order_by().annotate(part=Value(number, IntegerField())).values_list("part")[:1]
        for number, rows in enumerate(found)
    ]
    held = {number for (number,) in parts[0].union(*parts[1:], all=True)}
    return [number in held for number in range(len(found))]


def _has_company(actor: Actor) -> bool:
    """Somebody else is here, or is on the way."""
    if accounts.list_members(actor).exclude(user_id=actor.user_id).exists():
        return True
    return (
        account_policies.can_manage_members(actor)
        and accounts.list_open_invitations(actor).exists()
    )
