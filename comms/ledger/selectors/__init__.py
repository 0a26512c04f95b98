"""What others may read of the audit trail."""

from comms.ledger.selectors.entries import EntryFilter, iterate_entries, list_entries
from comms.ledger.selectors.heads import (
    Head,
    audit_head,
    get_head,
    has_pending,
    list_pending_workspaces,
)
from comms.ledger.selectors.subjects import list_acts_on

__all__ = [
    "EntryFilter",
    "Head",
    "audit_head",
    "get_head",
    "has_pending",
    "iterate_entries",
    "list_acts_on",
    "list_entries",
    "list_pending_workspaces",
]
