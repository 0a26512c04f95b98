"""Writing to the audit trail."""

from comms.ledger.services.entries import OutsideWorkspaceError, record

__all__ = ["OutsideWorkspaceError", "record"]
