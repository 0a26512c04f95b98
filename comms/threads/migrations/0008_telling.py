from __future__ import annotations

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever was mailed before this is told once more at most: no row says that a mail went out."""

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
        ("threads", "0007_counters_of_senders"),
    ]

    operations = [
        migrations.CreateModel(
            name="Telling",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        editable=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                ("mailed_at", models.DateTimeField(editable=False, null=True)),
                ("back_at", models.DateTimeField(editable=False, null=True)),
            ],
        ),
    ]
