"""Fixtures of the tests of core."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.core import sealed


@pytest.fixture(scope="module")
def sealed_table(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """The tests' own table with encrypted fields."""
    with django_db_blocker.unblock(), sealed.table():  # type: ignore[attr-defined]  # pytest-django's blocker has no public type
        yield
