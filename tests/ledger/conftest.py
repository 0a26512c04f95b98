"""Fixtures of the tests of the ledger."""

from tests.core.conftest import sealed_table

__all__ = ["sealed_table"]
