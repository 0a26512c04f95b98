"""Sentences about an edition that more than one page says."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comms.campaigns.models import Edition
from comms.campaigns.selectors.frozen import Frozen


def what_will_happen(edition: Edition, frozen: Frozen) -> str:
    """Say in one sentence what will go to how many, in how many languages, and when."""
    people = ngettext("%(count)d recipient", "%(count)d recipients", frozen.sendable)
    tongues = ngettext("%(count)d language", "%(count)d languages", frozen.languages)
    return _("Send to %(people)s in %(languages)s, %(when)s.") % {
        "people": people % {"count": frozen.sendable},
        "languages": tongues % {"count": frozen.languages},
        "when": when_words(edition),
    }


def when_words(edition: Edition) -> str:
    """When it goes out, for the middle of a sentence."""
    if edition.local_date is not None and edition.local_time is not None:
        return _("on %(day)s at %(time)s, each recipient's own time") % {
            "day": date_format(edition.local_date, "j M Y"),
            "time": time_format(edition.local_time, "H:i"),
        }
    if edition.send_at is None:
        return _("as soon as it is released")
    local = timezone.localtime(edition.send_at)
    return _("on %(day)s at %(time)s %(zone)s") % {
        "day": date_format(local, "j M Y"),
        "time": date_format(local, "H:i"),
        "zone": local.tzname(),
    }
