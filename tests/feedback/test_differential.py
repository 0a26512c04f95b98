"""Browser and server say the same of forms and answers drawn anew each time. SEED plays one again."""

from __future__ import annotations

import json
import os
import random
import secrets
import subprocess
from pathlib import Path

import pytest

from tests.feedback import drawing, vectors
from tests.feedback.outcome import outcome

FRONTEND = Path(__file__).parents[2] / "frontend"
CASES = 3_000


@pytest.mark.slow
def test_both_say_the_same_of_forms_that_nobody_has_seen(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", secrets.randbelow(10**6)))
    draw = random.Random(seed)
    cases = []
    for number in range(CASES):
        form = drawing.definition(draw)
        if number % 10 == 9:
            vectors.spoil(draw, form)
        given = drawing.answers(draw, form)
        cases.append({"definition": form, "answers": given, "expected": outcome(form, given)})
    file = tmp_path / "forms.json"
    file.write_text(json.dumps(cases, ensure_ascii=False), encoding="utf-8")
    run = subprocess.run(
        [
            "node",
            FRONTEND / "node_modules/vitest/vitest.mjs",
            "run",
            "test/feedback/logic.test.ts",
        ],
        cwd=FRONTEND,
        env={**os.environ, "DRAWN_FORMS": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"seed {seed}: {run.stdout}"
    assert "skipped" not in run.stdout
