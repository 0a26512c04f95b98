"""How a person is shown and addressed."""

from __future__ import annotations

from comms.accounts.models import User
from comms.accounts.services.people import require_language, require_name, require_time_zone


def change_profile(
    *,
    person: User,
    name: str,
    language: str,
    time_zone: str,
    theme: str,
    waiting_mail: int | None = None,
) -> User:
    """Save the person's name, language, time zone and appearance, and when mail says that something waits.

    `waiting_mail` in minutes, one of User.WaitingMail; None leaves it. Raises InvalidError for the name.
    """
    person.name = require_name(name)
    person.language = require_language(language)
    person.time_zone = require_time_zone(time_zone)
    person.theme = theme if theme in User.Theme.values else User.Theme.AUTO
    if waiting_mail in User.WaitingMail.values:
        person.waiting_mail = waiting_mail
    person.save(update_fields=["name", "language", "time_zone", "theme", "waiting_mail"])
    return person
