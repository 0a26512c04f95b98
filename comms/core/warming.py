"""What a process does once before it serves, so that no visitor waits for it."""

from __future__ import annotations

import gc
from functools import cache

from django.conf import settings
from django.urls import get_resolver
from django.utils.translation import trans_real


def warm_up() -> None:
    """Load every address with its views, and the words of every language; then spare the collector."""
    get_resolver()._populate()
    for language, _name in settings.LANGUAGES:
        trans_real.translation(language)
    spare_the_collector()


@cache
def spare_the_collector() -> None:
    """Take what is loaded out of the garbage collector's sight, once.

    It is half a million objects that stay anyway. Looking through them stopped every thread for a fifth of a
    second now and then, in the middle of somebody's page, and took a sixth of a sender's time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
