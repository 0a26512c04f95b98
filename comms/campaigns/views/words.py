"""Sentences about an edition that more than one page says."""

from __future__ import annotations

from django.utils import timezone
from django.utils.formats import date_format, localize, time_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from comms.campaigns.models import Edition
from comms.campaigns.selectors.frozen import Frozen
from comms.core.zones import zone_name


def what_will_happen(edition: Edition, frozen: Frozen) -> str:
    """Say in one sentence what will go to how many, in how many languages, and when."""
    people = ngettext("%(count)s recipient", "%(count)s recipients", frozen.sendable)
    tongues = ngettext("%(count)s language", "%(count)s languages", frozen.languages)
    sentence = _("Send to %(people)s in %(languages)s, %(when)s.")
    if edition.send_at is None and edition.local_date is None and not edition.waits_for_release:
        sentence = _("To %(people)s in %(languages)s, as soon as it was released.")
    return sentence % {
        "people": people % {"count": localize(frozen.sendable)},
        "languages": tongues % {"count": localize(frozen.languages)},
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
        "zone": zone_name(local),
    }
