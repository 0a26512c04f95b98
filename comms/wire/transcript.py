"""The running hash over a thread's envelopes: T_n = SHA-256(T_{n−1} ‖ envelope hash)."""

from __future__ import annotations

from dataclasses import dataclass

from comms.wire.hashing import ZEROS, sha256


@dataclass(frozen=True)
class Head:
    """Where a thread stands: the last `seq` and the transcript hash after it."""

    seq: int = 0
    t: bytes = ZEROS

    def after(self, envelope_hash: bytes) -> Head:
        """The head once one more envelope was appended."""
        return Head(self.seq + 1, sha256(self.t, envelope_hash))
