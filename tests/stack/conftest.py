"""A data folder of the stack's own, served for the tests that only look."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from comms.stack.embedded import running
from comms.stack.endpoints import Endpoints


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Endpoints]]:
    """A data folder with a space in its name, and the services on it."""
    var = tmp_path_factory.mktemp("stack") / "my data"
    with running(var, durable=False) as endpoints:
        yield var, endpoints
