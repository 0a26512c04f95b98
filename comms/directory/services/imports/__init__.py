"""Lists into the directory: staged, mapped, checked without writing, then imported by a worker."""

from comms.directory.services.imports.running import advance_import
from comms.directory.services.imports.staging import (
    discard_import,
    forget_old_imports,
    save_mapping,
    stage_import,
    start_import,
)

__all__ = [
    "advance_import",
    "discard_import",
    "forget_old_imports",
    "save_mapping",
    "stage_import",
    "start_import",
]
