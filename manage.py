#!/usr/bin/env python3
"""The door to every command: ``python manage.py help``."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.local")
    sys.path.insert(0, str(Path(__file__).resolve().parent))
    try:
        from django.core.exceptions import ImproperlyConfigured

        from comms.stack import up
        from comms.stack.errors import StackError
    except ImportError as error:
        sys.exit(
            f"The package {error.name} isn't installed: run 'make run', which installs it, or start "
            "with .venv/bin/python."
        )
    try:
        if sys.argv[1:] == ["up"]:
            # Without Django's set-up, which takes longer than the servers need to start.
            sys.exit(up.main())
        from django.core.management import execute_from_command_line

        execute_from_command_line(sys.argv)
    except (StackError, ImproperlyConfigured) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
