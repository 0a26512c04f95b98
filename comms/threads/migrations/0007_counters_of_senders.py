"""A counter counts for its sender: (thread, sender, client, counter) in the place of (thread, client, counter).

The new index is built while messages go on arriving, and is there before the old one goes.
"""

from __future__ import annotations

from django.db import migrations, models

INDEX = (
    "CREATE UNIQUE INDEX CONCURRENTLY envelope_sent_once "
    "ON threads_envelope (thread_id, sender_id, client, counter)"
)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("threads", "0006_waiting")]

    operations = [
        # What a build that was cut short has left is no index.
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY IF EXISTS envelope_sent_once", migrations.RunSQL.noop
        ),
        migrations.RunSQL(INDEX, migrations.RunSQL.noop),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE threads_envelope "
                    "ADD CONSTRAINT envelope_sent_once UNIQUE USING INDEX envelope_sent_once",
                    "ALTER TABLE threads_envelope DROP CONSTRAINT envelope_sent_once",
                )
            ],
            state_operations=[
                migrations.AddConstraint(
                    model_name="envelope",
                    constraint=models.UniqueConstraint(
                        fields=["thread", "sender_id", "client", "counter"],
                        name="envelope_sent_once",
                    ),
                )
            ],
        ),
        migrations.RemoveConstraint(model_name="envelope", name="envelope_counter_once"),
    ]
