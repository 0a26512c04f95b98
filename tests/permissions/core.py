"""Routes of the frame."""

from tests.permissions.rows import Row, nothing

ROWS = [
    Row("healthz", arguments=nothing, everyone=200),
    Row("readyz", arguments=nothing, everyone=200),
]
