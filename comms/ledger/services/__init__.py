"""Writing to the audit trail and the public log, sealing and verifying it; keeping and rotating data keys."""

from comms.ledger.services.entries import (
    OutsideWorkspaceError,
    erase_details,
    record,
    record_deployment,
)
from comms.ledger.services.log import (
    LogBrokenError,
    add_cosignature,
    add_witness,
    append_identity,
    remove_witness,
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
    "LogBrokenError",
    "OutsideWorkspaceError",
    "Progress",
    "Verdict",
    "add_cosignature",
    "add_witness",
    "append_identity",
    "count_stale",
    "erase_details",
    "needs_reencryption",
    "record",
    "record_deployment",
    "reencrypt_share",
    "remove_witness",
    "rewrap",
    "rotate",
    "seal_pending",
    "verify_chain",
]
