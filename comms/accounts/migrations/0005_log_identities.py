"""The identity entries from before the public log, logged in the order in which they were made."""

from __future__ import annotations

from typing import Any

from django.db import migrations

from comms.ledger.log_key import get_log_key
from comms.wire import notes, tlog

BATCH = 1_000


def log_entries(apps: Any, schema_editor: Any) -> None:
    """Log what is not logged yet. Nothing to do, and no key needed, in an empty deployment."""
    alias = schema_editor.connection.alias
    entries = apps.get_model("accounts", "IdentityEntry").objects.using(alias)
    checkpoints = apps.get_model("ledger", "LogCheckpoint").objects.using(alias)
    if not entries.exists() or checkpoints.exists():
        return
    leaves = apps.get_model("ledger", "LogLeaf")
    nodes = apps.get_model("ledger", "LogNode")
    key = get_log_key()
    edge = tlog.Edge()
    new_leaves: list[Any] = []
    new_nodes: list[Any] = []
    rows = entries.order_by("created_at", "id").values_list("user_id", "number", "entry_hash")
    for user_id, number, entry_hash in rows.iterator(chunk_size=BATCH):
        leaf = tlog.identity_leaf(user_id, number, bytes(entry_hash))
        made = edge.append(tlog.leaf_hash(leaf))
        new_leaves.append(
            leaves(index=edge.size - 1, leaf=leaf, subject=leaf[:41], hash=made[0][2])
        )
        new_nodes.extend(
            nodes(place=((2 * index + 1) << level) - 1, hash=digest)
            for level, index, digest in made
        )
    leaves.objects.using(alias).bulk_create(new_leaves, batch_size=BATCH)
    nodes.objects.using(alias).bulk_create(new_nodes, batch_size=BATCH)
    # One checkpoint for all of them: nobody has seen the sizes in between.
    checkpoint = notes.Checkpoint(key.verifier.name, edge.size, edge.root())
    checkpoints.create(size=edge.size, note=notes.sign_checkpoint(checkpoint, key.seed))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_sign_in_rules"), ("ledger", "0003_public_log")]

    operations = [migrations.RunPython(log_entries, migrations.RunPython.noop, elidable=False)]
