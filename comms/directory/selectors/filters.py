"""The question to the directory that lists, bulk edits and audiences share."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.directory.facts.countries import is_country
from comms.directory.facts.languages import language_tag
from comms.directory.facts.mailboxes import mailbox_of
from comms.directory.models import Channel, Consent, ContactPoint, Kind, Purpose, Stakeholder
from comms.directory.models.scope import open_workspace_id
from comms.directory.models.search import address_index_of, prefix_hashes_of_query

MOST_VALUES = 100
_LISTS = ("kinds", "regions", "languages", "countries")


@dataclass(frozen=True, slots=True)
class StakeholderFilter:
    """Within a list any value fits; between the fields all must fit. Empty means "any"."""

    kinds: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    address: Literal["", "yes", "no", "stopped"] = ""
    basis: Literal["", "yes", "no", "withdrawn"] = ""
    text: str = ""
    archived: bool = False
    purpose: str = field(default=Purpose.UPDATES)

    @property
    def dimensions(self) -> int:
        """How many of the four lists narrow it: the more, the more specific."""
        return sum(bool(getattr(self, name)) for name in _LISTS)

    @property
    def is_empty(self) -> bool:
        """Everybody who is not archived."""
        return self == StakeholderFilter()

    def as_json(self) -> dict[str, list[str]]:
        """The four lists as an audience stores them; empty ones left out."""
        return {name: list(getattr(self, name)) for name in _LISTS if getattr(self, name)}


def filter_from_json(value: object) -> StakeholderFilter:
    """An audience's stored filter. Raises InvalidError for anything but the four lists of known values."""
    if not isinstance(value, Mapping) or not set(value) <= set(_LISTS):
        raise InvalidError(
            _("An audience's filter may name kinds, regions, languages and countries only."),
            field="filters",
        )
    lists = {name: _strings(name, value.get(name, [])) for name in _LISTS}
    _refuse_unknown("kinds", lists["kinds"], lambda kind: kind in Kind.values)
    _refuse_unknown("countries", lists["countries"], is_country)
    _refuse_unknown("languages", lists["languages"], lambda tag: language_tag(tag) == tag)
    return StakeholderFilter(
        kinds=lists["kinds"],
        regions=lists["regions"],
        languages=lists["languages"],
        countries=lists["countries"],
    )


def _strings(name: str, values: object) -> tuple[str, ...]:
    if not isinstance(values, list | tuple) or len(values) > MOST_VALUES:
        raise InvalidError(
            _("“%(name)s” must be a list of at most %(most)d values.")
            % {"name": name, "most": MOST_VALUES},
            field=name,
        )
    if not all(isinstance(value, str) and 0 < len(value) <= 80 for value in values):
        raise InvalidError(
            _("“%(name)s” may hold only texts of 1 to 80 characters.") % {"name": name}, field=name
        )
    return tuple(dict.fromkeys(str(value) for value in values))


def _refuse_unknown(name: str, values: tuple[str, ...], known: Callable[[str], bool]) -> None:
    for value in values:
        if not known(value):
            raise InvalidError(
                _("“%(value)s” is not known among the %(name)s.") % {"value": value, "name": name},
                field=name,
            )


def matching(question: StakeholderFilter) -> QuerySet[Stakeholder]:
    """The stakeholders that fit, unordered. Inside `in_workspace` only."""
    rows = Stakeholder.objects.filter(
        workspace_id=open_workspace_id(), archived_at__isnull=not question.archived
    )
    if question.kinds:
        rows = rows.filter(kind__in=question.kinds)
    if question.regions:
        rows = rows.filter(region__in=question.regions)
    if question.countries:
        rows = rows.filter(country__in=question.countries)
    if question.languages:
        rows = rows.filter(languages__overlap=list(question.languages))
    rows = _by_address(rows, question.address)
    rows = _by_basis(rows, question)
    return _by_text(rows, question.text.strip()[:200])


def ids_by_text(text: str) -> QuerySet[Stakeholder, uuid.UUID]:
    """Ids of those with all these words in their name, or with this e-mail address; archived ones too.

    Words match from their beginning. Addresses and names are encrypted, so that part of an address finds
    nobody. Inside `in_workspace` only.
    """
    everyone = Stakeholder.objects.filter(workspace_id=open_workspace_id())
    return _by_text(everyone, text.strip()[:200]).values_list("id", flat=True)


def _by_address(rows: QuerySet[Stakeholder], wanted: str) -> QuerySet[Stakeholder]:
    mail = ContactPoint.objects.filter(stakeholder=OuterRef("pk"), channel=Channel.EMAIL)
    usable = Exists(mail.filter(suppressed_at=None))
    if wanted == "yes":
        return rows.filter(usable)
    if wanted == "stopped":
        return rows.filter(Exists(mail.filter(suppressed_at__isnull=False)))
    return rows.filter(~Exists(mail)) if wanted == "no" else rows


def _by_basis(rows: QuerySet[Stakeholder], question: StakeholderFilter) -> QuerySet[Stakeholder]:
    consents = Consent.objects.filter(stakeholder=OuterRef("pk"), purpose=question.purpose)
    still = Exists(consents.filter(withdrawn_at=None))
    if question.basis == "yes":
        return rows.filter(still)
    if question.basis == "withdrawn":
        return rows.filter(~still, Exists(consents))
    return rows.filter(~Exists(consents)) if question.basis == "no" else rows


def _by_text(rows: QuerySet[Stakeholder], text: str) -> QuerySet[Stakeholder]:
    if not text:
        return rows
    address = mailbox_of(text)
    if address:
        found = ContactPoint.objects.filter(
            stakeholder=OuterRef("pk"),
            channel=Channel.EMAIL,
            address_index=address_index_of(address),
        )
        return rows.filter(Exists(found))
    hashes = prefix_hashes_of_query(text)
    if not hashes:
        return rows.filter(Q(pk__in=[]))
    return rows.filter(name_prefixes__contains=hashes)
