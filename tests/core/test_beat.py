"""Beat really ticks: its schedule holds every app's ticks at the moment it reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from django.conf import settings

_SCRIPT = """
import json, sys, tempfile
from celery.apps.beat import Beat
from config.beat import make_app
app = make_app()
app.conf.beat_schedule_filename = tempfile.mkdtemp() + "/schedule"
beat = Beat(app=app)
beat.init_loader()
service = beat.Service(app=app, schedule_filename=app.conf.beat_schedule_filename)
unwanted = ("rich", "prompt_toolkit", "config.urls", "config.celery", "django.db.models")
loaded = sorted(n for n in sys.modules if n in unwanted or n.startswith("comms.") and n.endswith((".models", ".tasks")))
print(json.dumps([sorted(service.scheduler.schedule), loaded, app.conf.broker_url]))
"""


def test_beat_reads_every_apps_ticks_and_loads_nothing_else() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    names, loaded, broker = json.loads(answer.stdout.strip().splitlines()[-1])
    assert {"ledger.tick", "campaigns.tick", "directory.tick", "threads.tick_seats"} <= set(names)
    assert loaded == []
    assert broker == settings.CELERY_BROKER_URL
