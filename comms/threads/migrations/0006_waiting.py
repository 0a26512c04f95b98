from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import comms.core.ids
from comms.core.tenancy import EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_waiting_mail"),
        ("threads", "0005_guests"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_muted",
            field=models.BooleanField(db_default=False, default=False, editable=False),
        ),
        migrations.CreateModel(
            name="Attendance",
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
                ("user_id", models.UUIDField(editable=False)),
                ("looked_at", models.DateTimeField(editable=False, null=True)),
                ("mailed_at", models.DateTimeField(editable=False, null=True)),
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
                        fields=("workspace", "user_id"), name="thread_attendance_once"
                    )
                ]
            },
        ),
        EnableRowLevelSecurity("threads_attendance"),
    ]
