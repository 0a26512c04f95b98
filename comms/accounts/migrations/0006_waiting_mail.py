from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_log_identities"),
    ]

    operations = [
        migrations.AddField(
            model_name="user",
            name="waiting_mail",
            field=models.PositiveSmallIntegerField(
                choices=[
                    (0, "Never"),
                    (5, "After 5 minutes"),
                    (15, "After 15 minutes"),
                    (60, "After an hour"),
                    (240, "After four hours"),
                    (1440, "After a day"),
                ],
                db_default=0,
                default=0,
                verbose_name="Mail when something waits",
            ),
        ),
    ]
