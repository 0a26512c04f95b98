"""The check before a review: everything that stands in the way, all at once, and who would get what.

The counts are exact because they come from the freeze's own statement, which here counts instead of writing.
Whether a value is missing only shows once names and addresses are decrypted, so for that a bounded number of
recipients is looked at; submitting looks at everyone. So the page costs the same for a hundred thousand.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, field

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from comms.accounts.selectors import list_members
from comms.campaigns.models import Delivery, Edition, EditionVariant
from comms.campaigns.services.freezing import Counted, copies_of, count_recipients
from comms.campaigns.services.readiness import compile_frozen
from comms.content.rendering import CompiledVariant, TemplateError
from comms.content.selectors import (
    Cell,
    CellState,
    Matrix,
    MessageProblem,
    as_recipient,
    matrix_of,
    message_problems,
)
from comms.core.actors import Actor, Role
from comms.core.errors import ConflictError
from comms.core.tenancy import in_workspace
from comms.directory import selectors as directory

NAMED = 5
LOOKED_AT = 1000
"""For each text: those who are looked at for missing values while a page waits."""
_CHUNK = 1000
# Long enough for any real one; only whether it is there matters here.
_SOME_LINK = "https://localhost/u/"


@dataclass(frozen=True)
class Lacking:
    """A recipient who has no value for a variable of their text."""

    stakeholder_id: uuid.UUID
    name: str
    variables: tuple[str, ...]


@dataclass
class EditionCheck:
    """What was found. `blockers` counts what has to be mended before a review."""

    matrix: Matrix
    no_audience: bool = False
    moment_passed: bool = False
    unready: list[Cell] = field(default_factory=list)
    broken: list[tuple[Cell, str]] = field(default_factory=list)
    messages: list[MessageProblem] = field(default_factory=list)
    without_text: int = 0
    without_text_named: list[tuple[uuid.UUID, str]] = field(default_factory=list)
    lacking: list[Lacking] = field(default_factory=list)
    lacking_count: int = 0
    not_looked_at: int = 0
    nobody: bool = False
    no_approver: bool = False
    no_sender: bool = False
    total: int = 0
    sendable: int = 0
    suppressed: dict[str, int] = field(default_factory=dict)
    by_cell: list[tuple[Cell, int]] = field(default_factory=list)

    @property
    def nothing(self) -> int:
        """How many get no message."""
        return self.total - self.sendable

    @property
    def blockers(self) -> int:
        """How many things stand in the way."""
        return (
            len(self.unready)
            + len(self.broken)
            + len(self.messages)
            + sum(
                (
                    self.no_audience,
                    self.moment_passed,
                    self.without_text > 0,
                    self.lacking_count > 0,
                    self.nobody,
                    self.no_approver,
                    self.no_sender,
                )
            )
        )


def check_edition(*, actor: Actor, edition: Edition, workspace_name: str) -> EditionCheck:
    """Everything that stands in a draft's way, and who would get what. Changes nothing.

    `edition` is as `get_edition` gave it to this actor. Raises ConflictError for anything but a draft.
    """
    with in_workspace(actor.workspace_id):
        if edition.state != Edition.State.DRAFT:
            raise ConflictError(_("Only a draft can be checked."))
        matrix = matrix_of(edition.campaign.template)
        now = timezone.now()
        day = edition.local_date or timezone.localdate(edition.send_at or now)
        check = EditionCheck(
            matrix=matrix,
            moment_passed=edition.send_at is not None and edition.send_at < now,
            unready=[cell for cell in matrix.cells() if cell.state != CellState.READY],
            messages=message_problems(matrix, day),
        )
        audiences = list(edition.audiences.values_list("audience_id", flat=True))
        check.no_audience = not audiences
        written = {cell.variant.id: cell for cell in matrix.cells() if cell.variant is not None}
        authors = {actor.user_id, *edition.authors}
        for cell in written.values():
            authors.update(cell.variant.authors if cell.variant else ())
        # The default address of an installation that nobody configured; no server elsewhere accepts it.
        check.no_sender = settings.ALLOW_REAL_MAIL and edition.from_address.endswith("@localhost")
        check.no_approver = not _has_approver(actor, authors)
        if audiences:
            _try_out(edition, audiences, written, workspace_name, check)
    return check


def _has_approver(actor: Actor, authors: set[uuid.UUID]) -> bool:
    return (
        list_members(actor)
        .filter(roles__contains=[str(Role.APPROVER)], user__is_active=True)
        .exclude(user_id__in=authors)
        .exists()
    )


def _try_out(
    edition: Edition,
    audiences: list[uuid.UUID],
    written: dict[uuid.UUID, Cell],
    workspace_name: str,
    check: EditionCheck,
) -> None:
    """Have the database count who would get which of the texts, if they were frozen now."""
    frozen = copies_of(edition, [cell.variant for cell in written.values() if cell.variant])
    compiled = _compile(frozen, written, workspace_name, check)
    counted = count_recipients(
        edition,
        audience_ids=audiences,
        text_audience_ids=[
            column.audience_id for column in check.matrix.columns if column.audience_id
        ],
        purpose=edition.campaign.template.purpose,
        texts=frozen,
        asking=[key for key, made in compiled.items() if made.asks],
        named=NAMED,
        looked_at=LOOKED_AT,
    )
    _count(counted, {variant.id: written[variant.source_id] for variant in frozen}, check)
    _find_lacking(counted, compiled, check)


def _count(counted: list[Counted], cells: dict[uuid.UUID, Cell], check: EditionCheck) -> None:
    without: list[uuid.UUID] = []
    per_cell: Counter[uuid.UUID] = Counter()
    reasons: Counter[str] = Counter()
    for alike in counted:
        check.total += alike.times
        if not alike.blocked and alike.variant_id:
            check.sendable += alike.times
            per_cell[alike.variant_id] += alike.times
        elif alike.blocked == Delivery.Reason.NO_VARIANT:
            check.without_text += alike.times
            without += alike.stakeholder_ids
        else:
            reasons[alike.blocked] += alike.times
    check.suppressed = dict(reasons.most_common())
    check.by_cell = [(cell, per_cell[key]) for key, cell in cells.items()]
    check.nobody = not check.sendable and not check.without_text
    check.without_text_named = list(directory.names_of(without).items()) if without else []


def _compile(
    frozen: list[EditionVariant],
    written: dict[uuid.UUID, Cell],
    workspace_name: str,
    check: EditionCheck,
) -> dict[uuid.UUID, CompiledVariant]:
    compiled = {}
    for variant in frozen:
        try:
            compiled[variant.id] = compile_frozen(variant, workspace_name=workspace_name)
        except TemplateError as error:
            check.broken.append((written[variant.source_id], error.message))
    return compiled


def _find_lacking(
    counted: list[Counted], compiled: dict[uuid.UUID, CompiledVariant], check: EditionCheck
) -> None:
    """Look at some of those whose text asks something of them. Submitting looks at all of them."""
    variants = {
        point: alike.variant_id
        for alike in counted
        for point in alike.contact_point_ids
        if alike.variant_id
    }
    check.not_looked_at = sum(
        alike.times - len(alike.contact_point_ids) for alike in counted if alike.contact_point_ids
    )
    points = list(variants)
    for start in range(0, len(points), _CHUNK):
        people = directory.load_recipients(points[start : start + _CHUNK])
        for point_id, person in people.items():
            recipient = as_recipient(person, unsubscribe_link=_SOME_LINK)
            missing = compiled[variants[point_id]].missing(recipient)
            if missing:
                check.lacking_count += 1
                if len(check.lacking) < NAMED:
                    check.lacking.append(Lacking(person.stakeholder_id, recipient.label, missing))
