"""Model fields that are sealed at rest, and the blind index that finds them.

A sealed column holds ciphertext bound to its workspace, table, column and row: moved anywhere else it
can't be read. The instance decrypts a field when it is read, not when it is loaded. `values()` gives the
ciphertext. The row's primary key must be known before it is saved (`default=uuid7`).
"""

from comms.core.fields.blind import BlindIndexField, blind_index, blind_indexes
from comms.core.fields.bulk import (
    decrypt_values,
    encrypt_values,
    insert_rows,
    insert_values,
    update_rows,
    update_sealed,
)
from comms.core.fields.sealed import (
    Ciphertext,
    EncryptedJSONField,
    EncryptedTextField,
    PlaintextRefusedError,
    SealedField,
)

__all__ = [
    "BlindIndexField",
    "Ciphertext",
    "EncryptedJSONField",
    "EncryptedTextField",
    "PlaintextRefusedError",
    "SealedField",
    "blind_index",
    "blind_indexes",
    "decrypt_values",
    "encrypt_values",
    "insert_rows",
    "insert_values",
    "update_rows",
    "update_sealed",
]
