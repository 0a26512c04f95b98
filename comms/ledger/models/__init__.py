"""Tables of the audit trail, of the public log, and of the keys that encrypted fields are sealed with."""

from comms.ledger.models.data_keys import DataKey
from comms.ledger.models.entries import AuditEntry
from comms.ledger.models.log import LogCheckpoint, LogCosignature, LogLeaf, LogNode, LogWitness

__all__ = [
    "AuditEntry",
    "DataKey",
    "LogCheckpoint",
    "LogCosignature",
    "LogLeaf",
    "LogNode",
    "LogWitness",
]
