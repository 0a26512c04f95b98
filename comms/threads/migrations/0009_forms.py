from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models

import comms.core.ids
from comms.core.tenancy import EnableRowLevelSecurity


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_waiting_mail"),
        ("threads", "0008_telling"),
    ]

    operations = [
        migrations.AddField(
            model_name="thread",
            name="purpose",
            field=models.PositiveSmallIntegerField(
                choices=[(1, "Conversation"), (2, "Form")], db_default=1, default=1, editable=False
            ),
        ),
        migrations.CreateModel(
            name="FormKey",
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
                ("number", models.PositiveIntegerField(editable=False)),
                ("epoch_hash", models.BinaryField(max_length=32)),
                ("content", models.BinaryField(max_length=8192)),
                (
                    "thread",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="form_keys",
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
                        fields=("thread", "number"), name="thread_form_key_once"
                    )
                ],
            },
        ),
        EnableRowLevelSecurity("threads_formkey"),
    ]
