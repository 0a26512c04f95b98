"""Names of people, also of those who have left."""

from __future__ import annotations

import uuid
from collections.abc import Iterable

from comms.accounts.models import User


def names_of(user_ids: Iterable[uuid.UUID | None]) -> dict[uuid.UUID, str]:
    """The name of each person, in one query; who has no account any more is left out."""
    wanted = {user_id for user_id in user_ids if user_id is not None}
    return dict(User.objects.filter(id__in=wanted).values_list("id", "name"))
