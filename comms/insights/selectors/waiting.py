"""What waits for this person, the urgent first. Every source is bounded: a count, or a handful of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comms.campaigns import policies as campaign_policies
from comms.campaigns import selectors as campaigns
from comms.core.actors import Actor
from comms.directory import policies as directory_policies
from comms.directory import selectors as directory
from comms.threads import selectors as threads

AT_MOST = 5
# States of an edition, by the words that campaigns keeps them under.
_PAUSED, _HELD, _APPROVED, _SCHEDULED, _SENDING = (
    "paused",
    "held",
    "approved",
    "scheduled",
    "sending",
)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One line of Today. `urgent` stands out; `at` is shown in the reader's zone; `query` ends the address."""

    title: str
    icon: str
    route: str
    note: str = ""
    at: datetime | None = None
    arguments: Mapping[str, object] = field(default_factory=dict)
    query: str = ""
    urgent: bool = False


def list_waiting(actor: Actor) -> list[Waiting]:
    """Everything that waits for the actor, by what they may do about it."""
    return [
        *_approvals(actor),
        *_unread(actor),
        *_editions(actor),
        *_due_today(actor),
        *_unreachable(actor),
    ]


def _approvals(actor: Actor) -> Iterator[Waiting]:
    if not campaign_policies.can_approve(actor):
        return
    for edition in campaigns.list_waiting_for_approval(actor)[:AT_MOST]:
        yield Waiting(
            title=_("Approve “%(title)s”") % {"title": edition.title},
            note=_("Nothing goes out before a second person has read it."),
            icon="certificate",
            route="campaigns:review",
            arguments={"edition": edition.id},
            urgent=True,
        )


def _unread(actor: Actor) -> Iterator[Waiting]:
    count = threads.count_unread_threads(actor)
    if count:
        yield Waiting(
            title=ngettext(
                "%(count)d conversation has something new",
                "%(count)d conversations have something new",
                count,
            )
            % {"count": count},
            icon="message-2",
            route="threads:list",
            urgent=True,
        )


def _editions(actor: Actor) -> Iterator[Waiting]:
    """What stands still, what can be scheduled, what is being sent: by state, in one query."""
    may_hold, may_write = campaign_policies.can_hold(actor), campaign_policies.can_write(actor)
    words = {
        _HELD: (_("“%(title)s” is on hold"), "", "hand-stop", may_hold),
        _PAUSED: (_("“%(title)s” is paused"), "", "player-pause", may_hold),
        _APPROVED: (
            _("“%(title)s” is approved"),
            _("Schedule it, and it goes out by itself."),
            "calendar-event",
            may_write,
        ),
        _SENDING: (_("“%(title)s” is being sent"), "", "send", True),
    }
    found = campaigns.list_editions(actor, states=tuple(words))[: 3 * AT_MOST]
    for state, (title, note, icon, shown) in words.items():
        for edition in found if shown else ():
            if edition.state == state:
                yield Waiting(
                    title=title % {"title": edition.title},
                    note=edition.hold_reason or note,
                    icon=icon,
                    route="campaigns:edition",
                    arguments={"edition": edition.id},
                    urgent=state in (_HELD, _PAUSED),
                )


def _due_today(actor: Actor) -> Iterator[Waiting]:
    """What starts before the reader's day ends."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    due = campaigns.list_editions_between(actor, start, start + timedelta(days=1))
    for edition in due.filter(state=_SCHEDULED)[:AT_MOST]:
        yield Waiting(
            title=_("“%(title)s” goes out today") % {"title": edition.title},
            at=edition.starts_at,
            icon="clock",
            route="campaigns:edition",
            arguments={"edition": edition.id},
        )


def _unreachable(actor: Actor) -> Iterator[Waiting]:
    if not directory_policies.can_edit_stakeholders(actor):
        return
    question = directory.StakeholderFilter(address="no")
    count = directory.list_stakeholders(actor, question).count()
    if count:
        yield Waiting(
            title=ngettext(
                "%(count)d stakeholder has no e-mail address",
                "%(count)d stakeholders have no e-mail address",
                count,
            )
            % {"count": count},
            note=_("Nobody can write to them until somebody adds one."),
            icon="address-book",
            route="directory:list",
            query="?address=no",
        )
