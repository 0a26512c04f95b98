"""A process inside a deployment that does what tests tell it: as `manage.py shell`, but started once for all.

`manage.py shell -c "from tests.stack.inside import serve; serve()"` reads a line of JSON, the code, and answers with
one: what was printed, and the traceback if it failed.
"""

from __future__ import annotations

import json
import sys
import traceback
from contextlib import redirect_stdout
from io import StringIO

from django.db import connections


def serve() -> None:
    """Run each line's code in a namespace of its own until the input ends."""
    for line in sys.stdin:
        said, failure = StringIO(), None
        try:
            with redirect_stdout(said):
                exec(json.loads(line), {"__name__": "inside"})  # noqa: S102 -- the tests' own code
        except Exception:
            failure = traceback.format_exc()
        finally:
            # None is kept while nothing is asked: the deployment's database may be stopped meanwhile.
            connections.close_all()
        print(json.dumps([said.getvalue(), failure]), flush=True)
