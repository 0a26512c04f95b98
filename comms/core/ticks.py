"""What beat sends again and again."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Ticks = Mapping[str, Mapping[str, Any]]
"""Entries of beat's schedule by name; an `AppConfig` has its app's as `beat`.

They stand there and not with the tasks, because beat needs no task and no model.
"""
