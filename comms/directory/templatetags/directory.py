"""Parts of the directory's pages."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comms.core.templatetags.ui import badge
from comms.directory.facts import countries, languages, phones
from comms.directory.models import (
    Channel,
    ContactPoint,
    Import,
    ImportRow,
    Kind,
    Purpose,
    RowState,
    Stakeholder,
)

register = template.Library()


@register.simple_tag
def country_name(code: str) -> str:
    """A country in the reader's language; nothing for none."""
    return countries.country_name(code, get_language() or "en") if code else ""


@register.simple_tag
def kind_name(kind: str) -> str:
    """A kind in the reader's language."""
    return str(Kind(kind).label) if kind in Kind.values else ""


@register.simple_tag
def language_names(tags: Iterable[str]) -> SafeString:
    """The languages in order, each with its name on one line."""
    reader = get_language() or "en"
    names = [(languages.language_name(tag, reader),) for tag in tags]
    return format_html("<span>{}</span>", format_html_join(", ", "<bdi>{}</bdi>", names))


@register.filter
def runs_rtl(tag: str) -> bool:
    """True for a language written from right to left."""
    return languages.direction_of(tag) == "rtl"


@register.simple_tag
def phone(number: str) -> str:
    """A number with spaces."""
    return phones.readable_phone(number) if number else ""


@register.simple_tag
def address(point: ContactPoint) -> str:
    """An address as people write it."""
    return phones.readable_phone(point.address) if point.channel == Channel.PHONE else point.address


@register.simple_tag
def address_badge(stakeholder: Stakeholder) -> SafeString:
    """Whether they can be written to. Needs the contact points prefetched."""
    mail = [p for p in stakeholder.contact_points.all() if p.channel == Channel.EMAIL]
    if not mail:
        return badge("neutral", _("None"))
    if all(point.is_suppressed for point in mail):
        return badge("bad", _("Stopped"), "ban")
    return badge("good", _("Yes"), "mail-check")


@register.simple_tag
def basis_badge(stakeholder: Stakeholder) -> SafeString:
    """Whether updates may be sent. Needs the open consents prefetched."""
    if any(consent.purpose == Purpose.UPDATES for consent in stakeholder.consents.all()):
        return badge("good", _("Allowed"))
    return badge("warn", _("No basis"))


@register.filter
def importable(run: Import) -> int:
    """How many rows an import would take."""
    return int(run.row_count) - int(run.counts.get("failed", 0))


@register.simple_tag
def row_state(row: ImportRow, is_checking: bool) -> SafeString:
    """What becomes, or became, of an explained row."""
    if row.state == RowState.FAILED:
        return badge("bad", _("Left out") if is_checking else _("Not imported"))
    return badge("warn", _("With a remark"))
