"""The Chromium that the browser tests drive.

`LIGHT` is its headless build (the same engine without windows, tabs and their drawing, which costs two thirds of
the processor time) where that is installed, else the whole one. What belongs to the whole program, such as
notifications, asks for `WHOLE`.
"""

from __future__ import annotations

import os
import shutil

WHOLE = shutil.which("chromium") or "/usr/bin/chromium"
LIGHT = shutil.which("chromium-headless-shell") or WHOLE
FLAGS = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-gpu",
    "--disable-quic",
    # Without the process that is kept at hand for a next site: here there is only one.
    "--disable-features=SpareRendererForSitePerProcess",
    # Chromium's own sandbox doesn't start as root.
    *(["--no-sandbox"] if os.geteuid() == 0 else []),
]
