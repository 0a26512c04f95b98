"""When somebody was promised an answer by."""

from __future__ import annotations

import datetime

from comms.feedback.models import today


def due_from_today(hours: int) -> datetime.datetime | None:
    """So many hours after the end of this day in UTC; None without a promise.

    Not from this moment: the hour at which something came would stand in the row.
    """
    if not hours:
        return None
    tomorrow = today() + datetime.timedelta(days=1)
    midnight = datetime.datetime.combine(tomorrow, datetime.time(), tzinfo=datetime.UTC)
    return midnight + datetime.timedelta(hours=hours)
