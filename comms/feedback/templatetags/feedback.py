"""How the parts of a case are shown: its state, its urgency, when it is due, how it was rated."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache
from typing import NamedTuple

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from comms.core.templatetags.ui import Tone, badge, icon, when
from comms.feedback.models import CaseState
from comms.feedback.words import Urgency

register = template.Library()

_STATES: dict[int, tuple[Tone, str]] = {
    CaseState.NEW: ("info", "inbox"),
    CaseState.TRIAGE: ("warn", "list-check"),
    CaseState.PROGRESS: ("neutral", "circle-half-2"),
    CaseState.ANSWERED: ("good", "corner-up-left"),
    CaseState.CLOSED: ("neutral", "circle-check"),
}
MOST_STARS = 5
_LEVELS = len(Urgency)


class Look(NamedTuple):
    """How a state is shown: its colour, its icon, its word."""

    tone: Tone
    icon: str
    label: str


def look_of(state: int) -> Look:
    """The look of a case's state."""
    tone, drawing = _STATES[state]
    return Look(tone, drawing, str(CaseState(state).label))


@register.simple_tag
def case_state(state: int) -> SafeString:
    """The state as a word with an icon."""
    look = look_of(state)
    return badge(look.tone, look.label, look.icon)


@register.simple_tag
def urgency(level: int) -> SafeString:
    """How urgent it is, 1 the most: a word, and the more bars the more urgent."""
    bars = format_html_join(
        "",
        '<i class="{}"></i>',
        (("is-on" if n <= _LEVELS + 1 - level else "",) for n in range(1, _LEVELS + 1)),
    )
    return format_html(
        '<span class="urgency urgency-{}"><span class="urgency-bars" aria-hidden="true">{}</span>{}</span>',
        str(int(level)),
        bars,
        Urgency(level).label,
    )


@register.simple_tag
def due(moment: dt.datetime | None, is_over: bool = False) -> SafeString:
    """By when it is to be answered, as a distance and a time in the reader's zone; "Overdue" in words.

    Of a case that is answered or closed the time alone: nothing waits for it any more.
    """
    if moment is None:
        return format_html('<span class="muted">{}</span>', _("No date"))
    if is_over:
        return format_html('<span class="due"><small>{}</small></span>', when(moment, "date"))
    words = due_words(moment)
    if is_late(moment):
        return format_html(
            '<span class="due due-late"><span>{}{}</span><small>{}</small></span>',
            icon("alert-triangle"),
            words,
            when(moment),
        )
    return format_html(
        '<span class="due"><span>{}</span><small>{}</small></span>', words, when(moment)
    )


def is_late(moment: dt.datetime | None) -> bool:
    """Whether the time is up."""
    return moment is not None and moment <= timezone.now()


def due_words(moment: dt.datetime) -> str:
    """ "In 3 days", or "Overdue, 2 days ago"."""
    distance = moment - timezone.now()
    words = _distance(round(distance.total_seconds() / 60), get_language() or "en")
    return _("Overdue: %(distance)s") % {"distance": words} if is_late(moment) else words


@lru_cache(maxsize=4096)
def _distance(minutes: int, reader: str) -> str:
    # Only these pages need it, and it takes a tenth of a second to load.
    from babel.dates import format_timedelta

    return format_timedelta(
        dt.timedelta(minutes=minutes),
        add_direction=True,
        threshold=1.2,
        locale=reader.replace("-", "_"),
    )


@register.simple_tag
def rating(stars: int) -> SafeString:
    """How the person rated the reply: stars for the eye, words for the ear."""
    words = _("Rated %(stars)s of %(most)s by the person") % {"stars": stars, "most": MOST_STARS}
    drawn = "★" * stars + "☆" * (MOST_STARS - stars)
    return format_html(
        '<span class="rating-stars" aria-hidden="true">{}</span> <span>{}</span>', drawn, words
    )
