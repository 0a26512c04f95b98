"""Routes that mails carry: the token decides, not who is signed in."""

from __future__ import annotations

from typing import Any

from comms.campaigns.models import Delivery
from comms.campaigns.services.links import unsubscribe_token
from comms.core import keyring
from tests.permissions.campaigns import in_review
from tests.permissions.rows import Cast, Row


def _token(cast: Cast) -> dict[str, Any]:
    edition = in_review(cast)["edition"]
    delivery = Delivery.objects.filter(edition_id=edition)[0]
    ring = keyring.ring_of(cast.mission.id)
    return {"token": unsubscribe_token(ring, cast.mission.id, delivery.id)}


def _forged(cast: Cast) -> dict[str, Any]:
    return {"token": _token(cast)["token"][:-4] + "AAAA"}


ROWS = [
    Row("unsubscribe", arguments=_token, everyone=200),
    Row("unsubscribe", arguments=_token, method="POST", everyone=200),
    Row("unsubscribe", arguments=_forged, everyone=404, query="?forged"),
]
