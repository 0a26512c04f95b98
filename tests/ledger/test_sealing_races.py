"""Sealers and writers that meet: real commits on real connections."""

from __future__ import annotations

import threading

from django.db import connections

from comms.accounts.models import Workspace
from comms.core.tenancy import in_workspace
from comms.ledger.services import record, seal_pending, verify_chain


def act(number: int) -> None:
    for n in range(number):
        record(action="tests.acted", details={"n": n})


def test_two_sealers_do_not_meet(committed: None) -> None:
    workspace = Workspace.objects.create(slug="m", name="M")
    with in_workspace(workspace.id):
        act(200)
    sealed: list[int] = []
    both = threading.Barrier(2)

    def work() -> None:
        both.wait(10)
        sealed.append(seal_pending(workspace.id))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    seal_pending(workspace.id)
    assert sum(sealed) == 200
    assert verify_chain(workspace.id).head.seq == 200


def test_entry_that_commits_late_comes_after(committed: None) -> None:
    workspace = Workspace.objects.create(slug="m", name="M")
    made, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with in_workspace(workspace.id):
            record(action="tests.was_slow")
            made.set()
            go_on.wait(20)
        connections.close_all()

    thread = threading.Thread(target=slow)
    thread.start()
    assert made.wait(20)
    with in_workspace(workspace.id):
        record(action="tests.was_quick")
    assert seal_pending(workspace.id) == 1
    go_on.set()
    thread.join(20)
    assert seal_pending(workspace.id) == 1
    assert verify_chain(workspace.id).head.seq == 2
