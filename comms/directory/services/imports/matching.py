"""Which rows are already in the directory, and what each row would change there."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from comms.directory.facts.words import folded
from comms.directory.lists.rules import Draft
from comms.directory.models import Channel, Consent, ContactPoint, Kind, Stakeholder, Suppression
from comms.directory.models.scope import open_workspace_id
from comms.directory.models.search import address_indexes_of, name_indexes_of

Outcome = Literal["created", "updated", "unchanged", "failed"]


@dataclass(slots=True)
class NewAddress:
    """An address that the import gives somebody; a check makes thousands, so it is no model instance."""

    channel: Channel
    address: str
    position: int
    suppressed_at: datetime | None = None
    suppressed_reason: str = ""


@dataclass(slots=True)
class Known:
    """A stakeholder of the directory as matching sees it."""

    stakeholder: Stakeholder
    points: dict[tuple[str, bytes], ContactPoint | NewAddress]
    # Over all purposes: whether a basis for the import's purpose is open, and whether one ever was.
    has_open_basis: bool
    had_basis: bool

    @property
    def has_email(self) -> bool:
        """Can be written to, suppressed or not."""
        return any(channel == Channel.EMAIL for channel, _index in self.points)


@dataclass(slots=True)
class Book:
    """The rows of this file that came before: what they gave to whom."""

    emails: dict[bytes, tuple[int, str]] = field(default_factory=dict)
    names: dict[tuple[bytes, str], int] = field(default_factory=dict)


@dataclass(slots=True)
class Match:
    """A row and whom it is about. `known` is None for somebody new."""

    draft: Draft
    name_index: bytes
    email_indexes: dict[str, bytes]
    known: Known | None = None
    # An earlier row of this file is about the same: this one adds an address to it, after the others.
    adds_to_row: bool = False


class Directory:
    """What the directory holds about the people of some rows; loaded in seven queries."""

    def __init__(self, drafts: Sequence[Draft], purpose: str) -> None:
        emails = [email for draft in drafts for email in draft.emails]
        phones = [draft.phone for draft in drafts if draft.phone]
        posts = [draft.post for draft in drafts if draft.post]
        self.index = dict(
            zip(
                emails + phones + posts,
                address_indexes_of(emails + phones + posts),
                strict=True,
            )
        )
        self.names = dict(
            zip(
                [draft.name for draft in drafts],
                name_indexes_of([draft.name for draft in drafts]),
                strict=True,
            )
        )
        indexes = list(self.index.values())
        workspace_id = open_workspace_id()
        owners = ContactPoint.objects.filter(
            workspace_id=workspace_id,
            channel=Channel.EMAIL,
            address_index__in=[self.index[email] for email in emails],
        ).values_list("stakeholder_id", flat=True)
        by_name = Stakeholder.objects.filter(
            workspace_id=workspace_id, name_index__in=list(self.names.values())
        ).values_list("id", flat=True)
        self.known = _load({*owners, *by_name}, purpose)
        regions = list(
            Stakeholder.objects.filter(workspace_id=workspace_id, archived_at=None)
            .order_by("region")
            .values_list("region", flat=True)
            .distinct()
        )
        self._regions = {each.casefold(): each for each in regions} | {
            each: each for each in regions
        }
        self.stopped = {
            (channel, bytes(index)): (at, reason)
            for channel, index, at, reason in Suppression.objects.filter(
                workspace_id=workspace_id, address_index__in=indexes, lifted_at=None
            ).values_list("channel", "address_index", "at", "reason")
        }
        self._by_email: dict[bytes, Known] = {}
        self._by_name: dict[bytes, list[Known]] = defaultdict(list)
        for known in self.known.values():
            self.remember(known, bytes(known.stakeholder.name_index or b""))

    def region_of(self, text: str) -> str:
        """The team's spelling: "EUROPE" is their "Europe", unless they use both."""
        return self._regions.get(text) or self._regions.get(text.casefold()) or text

    def remember(self, known: Known, name_index: bytes) -> None:
        """Later rows find it, too."""
        for channel, index in known.points:
            if channel == Channel.EMAIL:
                self._by_email[index] = known
        candidates = self._by_name[name_index]
        if not any(other is known for other in candidates):
            candidates.append(known)

    def match(self, draft: Draft, book: Book) -> Match:
        """Whom the row is about; explains on the draft what could not be taken from it."""
        match = Match(
            draft,
            self.names[draft.name],
            {email: self.index[email] for email in draft.emails},
        )
        self._drop_addresses_of_other_rows(match, book)
        if draft.is_failed:
            return match
        owner = next(
            (
                self._by_email[index]
                for index in match.email_indexes.values()
                if index in self._by_email
            ),
            None,
        )
        match.known = owner or self._of_this_name(match, book)
        if match.known is None:
            return match
        if match.known.stakeholder.is_archived:
            draft.note("archived")
            return match
        if owner and folded(owner.stakeholder.name) != folded(draft.name):
            draft.note("renamed")
        self._drop_addresses_of_others(match)
        return match

    def _drop_addresses_of_other_rows(self, match: Match, book: Book) -> None:
        draft = match.draft
        for email, index in list(match.email_indexes.items()):
            earlier = book.emails.get(index)
            if earlier is None:
                continue
            row, name = earlier
            if name == folded(draft.name):
                draft.note("repeats", row=row)
                return
            draft.note("taken_in_file", address=email, row=row)
            del match.email_indexes[email]

    def _of_this_name(self, match: Match, book: Book) -> Known | None:
        draft = match.draft
        key = (match.name_index, draft.country)
        candidates = self._candidates(match)
        match.adds_to_row = key in book.names and draft.kind != Kind.PERSON
        if match.adds_to_row and not match.email_indexes:
            draft.note("repeats", row=book.names[key])
            return None
        if not candidates:
            return None
        if draft.kind == Kind.PERSON:
            # Names of persons repeat: only one without an address, or a row without one, may be the same.
            candidates = [
                known for known in candidates if not (known.has_email and match.email_indexes)
            ]
            if not candidates:
                draft.note("namesake")
                return None
        if len(candidates) > 1:
            draft.note("ambiguous")
            return None
        return candidates[0]

    def _candidates(self, match: Match) -> list[Known]:
        """Of the same name, kind of being and country; without the country, if one of the two lacks it."""
        draft = match.draft
        alike = [
            known
            for known in self._by_name.get(match.name_index, [])
            if not known.stakeholder.is_archived
            and (known.stakeholder.kind == Kind.PERSON) == (draft.kind == Kind.PERSON)
        ]
        same_country = [known for known in alike if known.stakeholder.country == draft.country]
        return same_country or [
            known for known in alike if not known.stakeholder.country or not draft.country
        ]

    def _drop_addresses_of_others(self, match: Match) -> None:
        for email, index in list(match.email_indexes.items()):
            owner = self._by_email.get(index)
            if owner is not None and owner is not match.known:
                match.draft.note("taken", address=email)
                del match.email_indexes[email]


def note_in_book(book: Book, match: Match) -> None:
    """The row was taken; later rows of the file that repeat it will be told."""
    for index in match.email_indexes.values():
        book.emails[index] = (match.draft.number, folded(match.draft.name))
    book.names.setdefault((match.name_index, match.draft.country), match.draft.number)


def book_of_import(import_id: uuid.UUID) -> Book:
    """What an interrupted import had taken before it went on."""
    book = Book()
    rows = Stakeholder.objects.filter(
        workspace_id=open_workspace_id(), import_id=import_id
    ).prefetch_related("contact_points")
    for stakeholder in rows.iterator(chunk_size=1000):
        number = stakeholder.import_row or 0
        if stakeholder.name_index:
            book.names[(bytes(stakeholder.name_index), stakeholder.country)] = number
        for point in stakeholder.contact_points.all():
            if point.channel == Channel.EMAIL and point.address_index:
                book.emails[bytes(point.address_index)] = (number, folded(stakeholder.name))
    return book


def _load(stakeholder_ids: Iterable[uuid.UUID], purpose: str) -> dict[uuid.UUID, Known]:
    ids = list(stakeholder_ids)
    points: dict[uuid.UUID, dict[tuple[str, bytes], ContactPoint | NewAddress]] = defaultdict(dict)
    for point in ContactPoint.objects.filter(stakeholder_id__in=ids).order_by("position", "id"):
        points[point.stakeholder_id][(point.channel, bytes(point.address_index or b""))] = point
    bases: dict[uuid.UUID, list[bool]] = defaultdict(list)
    for stakeholder_id, withdrawn_at in Consent.objects.filter(
        stakeholder_id__in=ids, purpose=purpose
    ).values_list("stakeholder_id", "withdrawn_at"):
        bases[stakeholder_id].append(withdrawn_at is None)
    return {
        stakeholder.id: Known(
            stakeholder,
            points[stakeholder.id],
            any(bases[stakeholder.id]),
            bool(bases[stakeholder.id]),
        )
        for stakeholder in Stakeholder.objects.filter(id__in=ids).order_by("id")
    }
