"""History for a joiner: keys of earlier epochs, wrapped to the joiner's keys.

The grant isn't signed, because a wrong key doesn't fit its record's tag (epochs.open_history_key).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final
from uuid import UUID

from comms.wire import labels
from comms.wire.cbor import Value, encode
from comms.wire.epochs import WRAP_SIZE
from comms.wire.errors import WireError
from comms.wire.fields import array, octets, open_map, uint

LIMIT: Final = 640 * 1024
EPOCHS_LIMIT: Final = 500


@dataclass(frozen=True)
class HistoryGrant:
    """Wraps by epoch number, for the member whose keys have this fingerprint (32 bytes)."""

    thread: UUID
    member: UUID
    fingerprint: bytes
    wraps: Mapping[int, bytes]


def encode_grant(grant: HistoryGrant) -> bytes:
    """Canonical bytes. Raises WireError for none or more than 500 epochs, or a wrong size."""
    rows: list[Value] = [[number, grant.wraps[number]] for number in sorted(grant.wraps)]
    data = encode(
        {
            0: labels.HISTORY_GRANT,
            1: 1,
            2: grant.thread.bytes,
            3: grant.member.bytes,
            4: grant.fingerprint,
            5: rows,
        }
    )
    decode_grant(data)
    return data


def decode_grant(data: bytes) -> HistoryGrant:
    """Raises WireError, also for epochs that are out of order or named twice."""
    fields = open_map(data, kind=labels.HISTORY_GRANT, limit=LIMIT, required=range(2, 6))
    wraps: dict[int, bytes] = {}
    before = 0
    for row in fields.array(5, 1, EPOCHS_LIMIT):
        number, wrap = array(row, 2)
        before = uint(number, before + 1)
        wraps[before] = octets(wrap, WRAP_SIZE)
    if not wraps:
        raise WireError("malformed", "a grant of nothing")
    return HistoryGrant(fields.uuid(2), fields.uuid(3), fields.bytes(4, 32), wraps)
