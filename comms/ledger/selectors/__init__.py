"""What others may read of the audit trail and of the public log."""

from comms.ledger.selectors.entries import EntryFilter, iterate_entries, list_entries
from comms.ledger.selectors.heads import (
    Head,
    audit_head,
    get_head,
    has_pending,
    list_pending_workspaces,
)
from comms.ledger.selectors.log import (
    LEAVES_AT_ONCE,
    PROOFS_AT_ONCE,
    InclusionProof,
    LeavesPage,
    WitnessState,
    get_checkpoint,
    get_checkpoint_note,
    indexes_of,
    list_leaves,
    list_witnesses,
    log_size,
    prove_consistency,
    prove_inclusion,
)
from comms.ledger.selectors.subjects import latest_acts_on, list_acts_on

__all__ = [
    "LEAVES_AT_ONCE",
    "PROOFS_AT_ONCE",
    "EntryFilter",
    "Head",
    "InclusionProof",
    "LeavesPage",
    "WitnessState",
    "audit_head",
    "get_checkpoint",
    "get_checkpoint_note",
    "get_head",
    "has_pending",
    "indexes_of",
    "iterate_entries",
    "latest_acts_on",
    "list_acts_on",
    "list_entries",
    "list_leaves",
    "list_pending_workspaces",
    "list_witnesses",
    "log_size",
    "prove_consistency",
    "prove_inclusion",
]
