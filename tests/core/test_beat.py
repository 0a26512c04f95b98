"""Beat really ticks: its schedule holds every app's ticks at the moment it reads it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

_SCRIPT = """
import json, tempfile
from config.celery import app
from celery.apps.beat import Beat
app.conf.beat_schedule_filename = tempfile.mkdtemp() + "/schedule"
beat = Beat(app=app)
beat.init_loader()
service = beat.Service(app=app, schedule_filename=app.conf.beat_schedule_filename)
print(json.dumps(sorted(service.scheduler.schedule)))
"""


def test_beat_reads_every_apps_ticks() -> None:
    answer = subprocess.run(
        [sys.executable, "-c", _SCRIPT],
        check=True,
        capture_output=True,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
    )
    names = json.loads(answer.stdout.strip().splitlines()[-1])
    assert {"ledger.tick", "campaigns.tick"} <= set(names)
