"""When somebody was promised an answer by."""

from __future__ import annotations

import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from comms.core.errors import InvalidError
from comms.feedback.models import today

MOST_DAYS = 3660


def check_day(at: datetime.datetime | None, field: str) -> None:
    """Raise InvalidError for a day that nobody means: more than ten years ahead or back."""
    if at is not None and abs(at - timezone.now()) > datetime.timedelta(days=MOST_DAYS):
        raise InvalidError(_("Choose a day within the next ten years."), field=field)


def due_from_today(hours: int) -> datetime.datetime | None:
    """So many hours after the end of this day in UTC; None without a promise.

    Not from this moment: the hour at which something came would stand in the row.
    """
    if not hours:
        return None
    tomorrow = today() + datetime.timedelta(days=1)
    midnight = datetime.datetime.combine(tomorrow, datetime.time(), tzinfo=datetime.UTC)
    return midnight + datetime.timedelta(hours=hours)
