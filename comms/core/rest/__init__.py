"""What every API resource shares: one form for errors, one way to page.

The door (who calls, in which workspace, with which scope) is `comms.accounts.api.door`.
"""

from comms.core.rest.paging import CursorQuery, page_schema, paged
from comms.core.rest.problems import ProblemSerializer, problem_response
from comms.core.rest.raw import (
    CborParser,
    CborRenderer,
    OctetsParser,
    OctetsRenderer,
    body_of,
    cbor_body,
    cbor_schema,
    octets_body,
    octets_schema,
)

__all__ = [
    "CborParser",
    "CborRenderer",
    "CursorQuery",
    "OctetsParser",
    "OctetsRenderer",
    "ProblemSerializer",
    "body_of",
    "cbor_body",
    "cbor_schema",
    "octets_body",
    "octets_schema",
    "page_schema",
    "paged",
    "problem_response",
]
