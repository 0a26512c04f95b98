"""Writers of the log that meet: real commits on real connections."""

from __future__ import annotations

import os
import threading
import uuid

from django.db import connections, transaction

from comms.ledger import selectors
from comms.ledger.log_key import get_log_key
from comms.ledger.models import LogLeaf
from comms.ledger.services import append_identity
from comms.wire import notes, tlog


def test_many_at_once_leave_no_gap(committed: None) -> None:
    together = threading.Barrier(4)

    def work() -> None:
        together.wait(20)
        for _ in range(10):
            with transaction.atomic():
                append_identity(user_id=uuid.uuid4(), number=1, entry_hash=os.urandom(32))
        connections.close_all()

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    checkpoint = notes.read_checkpoint(selectors.get_checkpoint_note(), get_log_key().verifier)
    assert checkpoint.size == 40
    assert list(LogLeaf.objects.order_by("index").values_list("index", flat=True)) == [*range(40)]
    hashes = [tlog.leaf_hash(leaf) for leaf in selectors.list_leaves(0, 500).leaves]
    assert checkpoint.root == tlog.tree_hash(hashes)
