"""What others may read of the audit trail."""

from comms.ledger.selectors.heads import Head, audit_head, get_head, has_pending

__all__ = ["Head", "audit_head", "get_head", "has_pending"]
