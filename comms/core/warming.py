"""What a process does once before it serves, so that no visitor waits for it."""

from __future__ import annotations

import gc

from django.conf import settings
from django.urls import get_resolver
from django.utils.module_loading import import_string
from django.utils.translation import trans_real


def warm_up() -> None:
    """Load every address with its views, the words of every language and what jobs are handed over with."""
    get_resolver()._populate()
    for language, _name in settings.LANGUAGES:
        trans_real.translation(language)
    import_string(settings.JOBS)
    spare_the_collector()
    _collect_in_small_portions()


def spare_the_collector() -> None:
    """Take what is loaded out of the garbage collector's sight, for this process and those that it forks.

    It is 150,000 objects that stay anyway. Looking through them stopped every thread for a fifth of a second now
    and then, in the middle of somebody's page, and took a sixth of a sender's time.
    """
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def _collect_in_small_portions() -> None:
    """Let the garbage of visits be taken out little and often.

    A list's rows, its prefetched rows and their query sets point at each other, 5,000 objects a visit that only the
    collector frees. Waiting for 50,000 cost every twelfth visitor of such a list forty milliseconds, more than the list
    itself; the same work in portions of 10,000, and of 30,000 for what outlived one, takes no more in all. Everything
    is looked through as rarely as before.
    """
    gc.set_threshold(10_000, 2, 700)
