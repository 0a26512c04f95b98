"""The words of the reasons, which the database does not hold: no statement."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("campaigns", "0003_workspaces_with_work"),
    ]

    operations = [
        migrations.AlterField(
            model_name="delivery",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_address", "They have no e-mail address."),
                    ("suppressed_bounced", "The address refused earlier messages for good."),
                    ("suppressed_complained", "They reported a message as unwanted."),
                    ("suppressed_unsubscribed", "They unsubscribed."),
                    ("suppressed_officer", "A member stopped messages to this address."),
                    ("withdrawn", "They withdrew or objected."),
                    ("no_basis", "No lawful basis is recorded."),
                    ("no_variant", "There is no text in a language of theirs."),
                    ("unreadable", "The message could not be made for this recipient."),
                    ("refused", "The mail server refused it for good."),
                    ("deferred", "The mail server asked to try again later."),
                    ("expired", "The mail server kept putting it off for 48 hours."),
                    ("interrupted", "It was being handed over when something broke off."),
                    ("resent", "Sent again, as the edition's rule for unknowns says."),
                    ("by_person", "A member decided."),
                    ("cancelled", "The edition was cancelled."),
                ],
                db_default="",
                editable=False,
                max_length=24,
            ),
        ),
    ]
