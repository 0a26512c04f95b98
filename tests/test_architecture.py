"""The floors of the house hold, and the contracts that hold them would notice."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.db.models import Model

from tests.source import parsed

ROOT = Path(__file__).resolve().parents[1]
LINT_IMPORTS = Path(sys.executable).with_name("lint-imports")

APPS = (
    "insights",
    "campaigns",
    "feedback",
    "threads",
    "content",
    "directory",
    "accounts",
    "ledger",
)
ROOMS = ("api", "views", "tasks", "services", "selectors", "policies", "models")


def _contracts() -> str:
    text = (ROOT / "pyproject.toml").read_text()
    start = text.index("[tool.importlinter]")
    return text[start : text.index("\n[tool.mypy]", start)]


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A house of the same plan with empty rooms, under our own contracts."""
    (tmp_path / "pyproject.toml").write_text(_contracts())
    for name in ("config", "comms", "comms/core", "comms/wire", "comms/stack", "comms/client"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "__init__.py").touch()
    for app in APPS:
        (tmp_path / "comms" / app).mkdir()
        (tmp_path / "comms" / app / "__init__.py").touch()
        for room in ROOMS:
            (tmp_path / "comms" / app / f"{room}.py").touch()
    (tmp_path / "comms" / "feedback" / "logic.py").touch()
    return tmp_path


def _lint(house: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(LINT_IMPORTS), "--no-cache"],
        cwd=house,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def test_contracts_hold_in_an_empty_house(house: Path) -> None:
    result = _lint(house)
    assert result.returncode == 0, result.stdout


VIOLATIONS = {
    "Apps import only downwards": [
        "ledger.services -> comms.directory",
        "threads.services -> comms.campaigns",
        "core.jobs -> comms.wire",
        "core.paging -> comms.ledger",
    ],
    "Nothing imports the composition root": ["threads.views -> config"],
    "The stack imports only core": ["stack.up -> comms.accounts"],
    "No app imports the stack": ["content.views -> comms.stack"],
    "The wire formats and the logic of forms know no Django": ["wire.cbor -> django"],
    "The command-line client knows the wire formats alone": [
        "client.main -> django",
        "client.main -> comms.threads",
    ],
    "Rooms import only downwards": [
        "directory.models -> comms.directory.services",
        "accounts.selectors -> comms.accounts.services",
        "content.policies -> comms.content.selectors",
        "threads.services -> comms.threads.views",
        "campaigns.services -> comms.campaigns.tasks",
        "accounts.services -> comms.accounts.api",
    ],
    "Models, policies, selectors and services know no transport": [
        "content.services -> celery",
        "insights.selectors -> rest_framework",
        "threads.policies -> channels",
        "ledger.models -> celery",
    ],
}


def test_contracts_notice_every_violation(house: Path) -> None:
    for arrows in VIOLATIONS.values():
        for arrow in arrows:
            importer, _arrow, imported = arrow.partition(" -> ")
            with (house / "comms" / (importer.replace(".", "/") + ".py")).open("a") as file:
                file.write(f"import {imported}\n")
    result = _lint(house)
    assert result.returncode == 1
    shown = " ".join(result.stdout.split())
    for name, arrows in VIOLATIONS.items():
        assert f"{name} BROKEN" in shown
        section = result.stdout.split(f"\n{name}\n---")[1].split("\n---")[0]
        for arrow in arrows:
            assert re.search(rf"comms\.{re.escape(arrow)} \(l\.", section), arrow
    assert re.search(r"Contracts: 0 kept, 8 broken", shown)


def test_a_new_app_must_find_its_floor(house: Path) -> None:
    (house / "comms" / "extra").mkdir()
    (house / "comms" / "extra" / "__init__.py").touch()
    result = _lint(house)
    assert result.returncode == 1
    assert "comms.extra" in result.stdout


def test_every_app_is_under_the_contracts() -> None:
    text = _contracts()
    for config in apps.get_app_configs():
        if config.name.startswith("comms."):
            assert f'"{config.name}"' in text, (
                f"{config.name} stands in no contract of pyproject.toml"
            )
    if (ROOT / "comms" / "client").is_dir():
        assert '"comms.client"' in text, "the client needs the contract that it imports only wire"


# What import-linter can't see


def _sources() -> Iterator[tuple[Path, ast.Module]]:
    for file in sorted((ROOT / "comms").rglob("*.py")):
        if "migrations" not in file.parts:
            yield file, parsed(file)


def test_no_app_queries_the_tables_of_another() -> None:
    """Constants and types of another app's models may be used; its rows come from its selectors."""
    found = []
    for file, tree in _sources():
        app = file.relative_to(ROOT / "comms").parts[0]
        foreign = {
            alias.asname or alias.name
            for node in ast.walk(tree)
            if isinstance(node, ast.ImportFrom) and node.module
            for alias in node.names
            if re.fullmatch(r"comms\.\w+\.models(\.\w+)*", node.module)
            and node.module.split(".")[1] != app
            and _is_model(node.module, alias.name)
        }
        for node in ast.walk(tree):
            if not isinstance(node, ast.expr):
                continue
            queried = (
                isinstance(node, ast.Attribute)
                and node.attr in {"objects", "_base_manager", "_default_manager"}
                and isinstance(node.value, ast.Name)
                and node.value.id in foreign
            )
            made = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Name)
                and node.func.id in foreign
            )
            if queried or made:
                found.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not found, f"go through the other app's selectors and services: {found}"


def _is_model(module: str, name: str) -> bool:
    thing = getattr(import_module(module), name, None)
    return isinstance(thing, type) and issubclass(thing, Model)


def test_no_task_waits_in_the_broker() -> None:
    """Beyond a minute the visibility timeout would deliver a waiting task twice: ticks wait instead."""
    found = []
    for file, tree in _sources():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            if getattr(node.func, "attr", "") not in {"apply_async", "send_task", "retry"}:
                continue
            for keyword in node.keywords:
                if keyword.arg == "eta" or (
                    keyword.arg == "countdown"
                    and not (
                        isinstance(keyword.value, ast.Constant)
                        and isinstance(keyword.value.value, int | float)
                        and keyword.value.value <= 60
                    )
                ):
                    found.append(f"{file.relative_to(ROOT)}:{node.lineno}")
    assert not found, f"let a tick do it when it is due: {found}"


def test_tasks_are_named_after_their_app() -> None:
    from config.beat import beat_schedule
    from config.celery import app

    app.loader.import_default_modules()
    ours = {
        name: task for name, task in current_app.tasks.items() if not name.startswith("celery.")
    }
    assert "ledger.tick" in ours
    for name, task in ours.items():
        if task.__module__.startswith("comms."):
            assert re.fullmatch(rf"{task.__module__.split('.')[1]}\.[a-z_]+", name), name
    for entry in beat_schedule().values():
        assert isinstance(entry, dict)
        assert entry["task"] in ours


def test_files_stay_small() -> None:
    large = {
        str(file.relative_to(ROOT)): lines
        for file, _tree in _sources()
        if (lines := len(file.read_text().splitlines())) > 340
    }
    assert not large, f"split by noun: {large}"
