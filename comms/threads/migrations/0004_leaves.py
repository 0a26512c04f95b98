from __future__ import annotations

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

import comms.core.ids
from comms.core.tenancy import EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_api_tokens"),
        ("threads", "0003_blobs"),
    ]

    operations = [
        migrations.AddField(
            model_name="thread",
            name="key_due",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name="Leave",
            fields=[
                (
                    "id",
                    models.UUIDField(
                        default=comms.core.ids.uuid7,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("member_id", models.UUIDField(editable=False)),
                ("content", models.BinaryField(max_length=4096)),
                (
                    "received_at",
                    models.DateTimeField(default=django.utils.timezone.now, editable=False),
                ),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="leaves",
                        to="threads.thread",
                    ),
                ),
                (
                    "workspace",
                    models.ForeignKey(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.workspace",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("thread", "member_id"), name="thread_leave_once"
                    )
                ]
            },
        ),
        EnableRowLevelSecurity("threads_leave"),
    ]
