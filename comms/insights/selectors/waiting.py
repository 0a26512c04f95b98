"""What waits for this person, the urgent first. Every source is bounded: a count, or a handful of rows."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone
from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comms.campaigns import policies as campaign_policies
from comms.campaigns import selectors as campaigns
from comms.core.actors import Actor
from comms.core.directions import isolated
from comms.directory import policies as directory_policies
from comms.directory import selectors as directory
from comms.feedback import selectors as feedback
from comms.threads import selectors as threads

AT_MOST = 5
# Hours ahead in which a promised reply is shown.
_SOON = 48
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
        *_sent_back(actor),
        *_editions(actor),
        *_due_today(actor),
        *_cases(actor),
        *_unreachable(actor),
    ]


def _approvals(actor: Actor) -> Iterator[Waiting]:
    if not campaign_policies.can_approve(actor):
        return
    for edition in campaigns.list_waiting_for_approval(actor)[:AT_MOST]:
        yield Waiting(
            title=_("Approve “%(title)s”") % {"title": isolated(edition.title)},
            note=_recipients(edition.frozen_total or 0, edition.author.name),
            icon="certificate",
            route="campaigns:review",
            arguments={"edition": edition.id},
            urgent=True,
        )


def _recipients(count: int, author: str) -> str:
    words = ngettext("%(name)s · %(count)s recipient", "%(name)s · %(count)s recipients", count)
    return words % {"name": isolated(author), "count": localize(count)}


def _sent_back(actor: Actor) -> Iterator[Waiting]:
    if not campaign_policies.can_write(actor):
        return
    for edition, why in campaigns.list_sent_back(actor, AT_MOST):
        yield Waiting(
            title=_("“%(title)s” was sent back") % {"title": isolated(edition.title)},
            note=why,
            icon="edit",
            route="campaigns:edition",
            arguments={"edition": edition.id},
            urgent=True,
        )


def _unread(actor: Actor) -> Iterator[Waiting]:
    count = threads.count_unread_threads(actor)
    if count:
        yield Waiting(
            title=ngettext(
                "%(count)s conversation has something new",
                "%(count)s conversations have something new",
                count,
            )
            % {"count": localize(count)},
            icon="message-2",
            route="threads:list",
            urgent=True,
        )


def _editions(actor: Actor) -> Iterator[Waiting]:
    """What stands still, what can be released, what is being sent: by state, in two queries."""
    may_hold, may_write = campaign_policies.can_hold(actor), campaign_policies.can_write(actor)
    words = {
        _HELD: (_("“%(title)s” is on hold"), "", "hand-stop", may_hold),
        _PAUSED: (_("“%(title)s” is paused"), "", "player-pause", may_hold),
        _APPROVED: (
            _("“%(title)s” is approved"),
            _("Release it, and it goes out as planned."),
            "send",
            may_write,
        ),
        _SENDING: (_("“%(title)s” is being sent"), "", "send", True),
    }
    found = list(campaigns.list_editions(actor, states=tuple(words))[: 3 * AT_MOST])
    undecided = campaigns.count_unknown([edition.id for edition in found]) if may_write else {}
    for state, (title, note, icon, shown) in words.items():
        for edition in found if shown else ():
            if edition.state == state:
                unknown = undecided.get(edition.id, 0)
                yield Waiting(
                    title=title % {"title": isolated(edition.title)},
                    note=_undecided(unknown) if unknown else edition.hold_reason or note,
                    icon=icon,
                    route="campaigns:edition",
                    arguments={"edition": edition.id},
                    urgent=state in (_HELD, _PAUSED) or unknown > 0,
                )


def _undecided(count: int) -> str:
    """An edition never ends by itself while these are open, so Today says what it waits for."""
    words = ngettext(
        "%(count)s message may or may not have arrived: decide what happens with it.",
        "%(count)s messages may or may not have arrived: decide what happens with them.",
        count,
    )
    return words % {"count": localize(count)}


def _due_today(actor: Actor) -> Iterator[Waiting]:
    """What starts before the reader's day ends."""
    start = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0)
    due = campaigns.list_editions_between(actor, start, start + timedelta(days=1))
    for edition in due.filter(state=_SCHEDULED)[:AT_MOST]:
        yield Waiting(
            title=_("“%(title)s” goes out today") % {"title": isolated(edition.title)},
            at=edition.starts_at,
            icon="clock",
            route="campaigns:edition",
            arguments={"edition": edition.id},
        )


def _cases(actor: Actor) -> Iterator[Waiting]:
    """Answers of people: who wrote again, whose reply is due, and what nobody has taken."""
    found = feedback.list_waiting_cases(actor, within=timedelta(hours=_SOON), most=AT_MOST)
    unclaimed, written = found.unclaimed, found.written
    if written:
        yield Waiting(
            title=ngettext(
                "In %(count)s case of yours somebody wrote again",
                "In %(count)s cases of yours somebody wrote again",
                written,
            )
            % {"count": localize(written)},
            icon="inbox",
            route="feedback:inbox",
            query="?owner=mine",
            urgent=True,
        )
    titles = feedback.titles_of({case.form_id for case in found.due}) if found.due else {}
    for case in found.due:
        late = case.due_at <= timezone.now()
        yield Waiting(
            title=(_("A reply is late: “%(title)s”") if late else _("A reply is due: “%(title)s”"))
            % {"title": isolated(titles[case.form_id])},
            note="" if case.owner_id else _("Nobody has taken this case yet."),
            at=case.due_at,
            icon="clock",
            route="feedback:case",
            arguments={"case_id": case.case_id},
            urgent=late,
        )
    if unclaimed:
        yield Waiting(
            title=ngettext(
                "%(count)s new case waits for somebody to take it",
                "%(count)s new cases wait for somebody to take them",
                unclaimed,
            )
            % {"count": localize(unclaimed)},
            icon="inbox",
            route="feedback:inbox",
            query="?state=new&owner=nobody",
        )


def _unreachable(actor: Actor) -> Iterator[Waiting]:
    if not directory_policies.can_edit_stakeholders(actor):
        return
    question = directory.StakeholderFilter(address="no")
    count = directory.list_stakeholders(actor, question).count()
    if count:
        yield Waiting(
            title=ngettext(
                "%(count)s stakeholder has no e-mail address",
                "%(count)s stakeholders have no e-mail address",
                count,
            )
            % {"count": localize(count)},
            note=_("Nobody can write to them until somebody adds one."),
            icon="address-book",
            route="directory:list",
            query="?address=no",
        )
