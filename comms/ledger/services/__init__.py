"""Writing to the audit trail, sealing and verifying it; keeping and rotating data keys."""

from comms.ledger.services.entries import (
    OutsideWorkspaceError,
    erase_details,
    record,
    record_deployment,
)
from comms.ledger.services.rotation import (
    Progress,
    count_stale,
    needs_reencryption,
    reencrypt_share,
    rewrap,
    rotate,
)
from comms.ledger.services.sealing import seal_pending
from comms.ledger.services.verifying import Verdict, verify_chain

__all__ = [
    "OutsideWorkspaceError",
    "Progress",
    "Verdict",
    "count_stale",
    "erase_details",
    "needs_reencryption",
    "record",
    "record_deployment",
    "reencrypt_share",
    "rewrap",
    "rotate",
    "seal_pending",
    "verify_chain",
]
