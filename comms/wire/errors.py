"""The one error of this package, with a stable code that callers may show or count."""

from __future__ import annotations

from typing import Literal

Code = Literal[
    "malformed",  # not canonical CBOR, or not the shape that docs/wire.cddl gives
    "too-large",  # over a limit
    "unsupported",  # a type, version or suite this build does not know
    "signature",  # a signature does not verify
    "unsealed",  # a box or a wrap does not open: wrong key, wrong context, or changed
    "commitment",  # a box was made for another key
    "chain",  # does not follow from what was seen before
    "weak",  # parameters below the floor
]


class WireError(ValueError):
    """Bytes that must not be used. `code` says why, in one word; the message says where."""

    def __init__(self, code: Code, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code: Code = code
