"""A web process has done the slow things before its first visitor comes."""

from __future__ import annotations

import gc

from django.urls import get_resolver


def test_a_web_process_is_warm() -> None:
    from config import wsgi

    assert callable(wsgi.application)
    assert get_resolver()._populated  # type: ignore[attr-defined]  # Django's own, without a public name
    # Loaded modules and their functions alone are more; with them thawed a full collection takes 0.1 s and more.
    assert gc.get_freeze_count() > 100_000
    assert gc.get_threshold() == (10_000, 2, 700)
