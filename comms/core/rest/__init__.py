"""What every API resource shares: one form for errors, one way to page.

The door (who calls, in which workspace, with which scope) is `comms.accounts.api.door`.
"""

from comms.core.rest.paging import CursorQuery, page_schema, paged
from comms.core.rest.problems import ProblemSerializer, problem_response

__all__ = ["CursorQuery", "ProblemSerializer", "page_schema", "paged", "problem_response"]
