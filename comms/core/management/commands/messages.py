"""`manage.py messages`: bring the catalogues of every language up to the words of the code."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from comms.core import catalogues


class Command(BaseCommand):
    """Updates locale/*/LC_MESSAGES/django.po; says how many texts wait for a translator."""

    help = __doc__ or ""
    requires_system_checks: list[str] = []

    def handle(self, *_args: Any, **_options: Any) -> None:
        for language, _name in settings.LANGUAGES:
            if language == "en":
                continue
            total, waiting = catalogues.update(settings.BASE_DIR, language)
            self.stdout.write(f"{language}: {total} texts, {waiting} to translate")
