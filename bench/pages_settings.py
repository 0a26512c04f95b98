"""The settings of a system that bench/pages.py measures: the embedded default, and one page beside the product's."""

from __future__ import annotations

from config.settings.local import *  # noqa: F403 - a settings module is the sum of its base and its own lines

ROOT_URLCONF = "bench.pages_urls"
