"""Tables of the audit trail, and of the keys that encrypted fields are sealed with."""

from comms.ledger.models.data_keys import DataKey
from comms.ledger.models.entries import AuditEntry

__all__ = ["AuditEntry", "DataKey"]
