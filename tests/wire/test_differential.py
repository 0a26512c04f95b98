"""Both implementations say the same of 20,000 mutated vectors. The seed is printed; SEED plays it again."""

from __future__ import annotations

import os
import secrets
import subprocess
from pathlib import Path

import pytest

from tests.wire.differential import write

FRONTEND = Path(__file__).parents[2] / "frontend"


@pytest.mark.slow
def test_both_say_the_same_of_the_same_bytes(tmp_path: Path) -> None:
    seed = int(os.environ.get("SEED", secrets.randbelow(10**6)))
    file = tmp_path / "mutants.jsonl"
    write(seed, 20_000, file)
    vitest = FRONTEND / "node_modules/vitest/vitest.mjs"
    run = subprocess.run(
        ["node", vitest, "run", "test/wire/differential.test.ts"],
        cwd=FRONTEND,
        env={**os.environ, "DIFFERENTIAL": str(file)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"seed {seed}: {run.stdout}"
