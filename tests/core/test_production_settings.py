"""Production stops before it starts, with one sentence, while a secret is missing or weak."""

from __future__ import annotations

import base64
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def complete() -> dict[str, str]:
    """An environment that production starts with."""
    return {
        "PATH": os.environ["PATH"],
        "DJANGO_SETTINGS_MODULE": "config.settings.production",
        "SECRET_KEY": secrets.token_urlsafe(48),
        "KEY_ENCRYPTION_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "LOG_KEY": base64.b64encode(secrets.token_bytes(32)).decode(),
        "DATABASE_URL": "postgresql://comms_app:pw@127.0.0.1:1/comms",
        "REDIS_URL": "redis://127.0.0.1:1/0",
        "PUBLIC_URL": "https://entente.example.org",
        "SMTP_HOST": "127.0.0.1",
    }


def start(
    environment: dict[str, str], code: str = "import django; django.setup()"
) -> tuple[int, str]:
    result = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return result.returncode, (result.stderr.strip().splitlines() or [""])[-1] + result.stdout


def test_starts_when_everything_is_there() -> None:
    status, last = start(complete())
    assert status == 0, last


def test_is_strict() -> None:
    code = (
        "import django; django.setup(); from django.conf import settings as s; "
        "assert s.SECURE_HSTS_SECONDS >= 31536000 and s.SECURE_SSL_REDIRECT; "
        "assert s.SESSION_COOKIE_SECURE and s.CSRF_COOKIE_SECURE and s.SESSION_COOKIE_HTTPONLY; "
        "assert s.SESSION_COOKIE_NAME.startswith('__Host-') and s.CSRF_COOKIE_NAME.startswith('__Host-'); "
        "assert not s.DEBUG and s.ALLOWED_HOSTS == ['entente.example.org']; "
        "assert 'owner' not in s.DATABASES and not s.ALLOW_REAL_MAIL; print('strict')"
    )
    status, last = start(complete(), code)
    assert status == 0, last
    assert last.endswith("strict\n")


REFUSED = [
    ("SECRET_KEY", None, "Set SECRET_KEY (or SECRET_KEY_FILE) to a random value"),
    ("SECRET_KEY", "short", "Set SECRET_KEY"),
    ("SECRET_KEY", "a" * 80, "Set SECRET_KEY"),
    ("KEY_ENCRYPTION_KEY", None, "Set KEY_ENCRYPTION_KEY"),
    ("KEY_ENCRYPTION_KEY", "A" * 43 + "=", "Set KEY_ENCRYPTION_KEY"),
    ("KEY_ENCRYPTION_KEY", "0123456789abcdef" * 4, "must be base64 of exactly 32 random bytes"),
    ("LOG_KEY", None, "Set LOG_KEY (or LOG_KEY_FILE) to a random value"),
    ("LOG_KEY", "0123456789abcdef" * 4, "LOG_KEY must be base64 of exactly 32 random bytes"),
    ("KEY_ENCRYPTION_KEYS_OLD", "nonsense", "Each key in KEY_ENCRYPTION_KEYS_OLD"),
    ("DATABASE_URL", None, "Set DATABASE_URL"),
    ("DATABASE_URL", "sqlite:///db", "SQLite is not supported"),
    ("REDIS_URL", None, "Set REDIS_URL"),
    ("PUBLIC_URL", None, "Set PUBLIC_URL"),
    ("PUBLIC_URL", "http://entente.example.org", "must be the https:// address"),
    ("SMTP_HOST", None, "Set SMTP_HOST"),
    ("SMTP_PORT", "mail", "SMTP_PORT must be a whole number"),
    ("WEB_THREADS", "1000", "WEB_THREADS must be between"),
    ("ALLOW_REAL_MAIL", "maybe", "ALLOW_REAL_MAIL must be 1 or 0"),
    ("SECRET_KEY_FILE", "/nowhere", "SECRET_KEY_FILE names /nowhere"),
]

_TRY_ALL = """
import importlib, json, os, sys
from django.core.exceptions import ImproperlyConfigured
said = []
for environment in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(environment)
    for name in [name for name in sys.modules if name.startswith("config.settings.")]:
        del sys.modules[name]
    try:
        importlib.import_module("config.settings.production")
    except ImproperlyConfigured as error:
        said.append(str(error))
    else:
        said.append("")
print(json.dumps(said))
"""


def test_stops_with_one_sentence() -> None:
    environments = []
    for name, value, _sentence in REFUSED:
        environment = complete()
        environment.pop(name, None)
        if value is not None:
            environment[name] = value
        environments.append(environment)
    result = subprocess.run(
        [sys.executable, "-c", _TRY_ALL],
        cwd=ROOT,
        env=complete(),
        input=json.dumps([*environments, complete()]),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    *said, last = json.loads(result.stdout)
    assert last == "", "the complete environment is accepted after all the others"
    for (name, value, sentence), words in zip(REFUSED, said, strict=True):
        assert sentence in words, (name, value, words)
        assert words.endswith(".")
        assert "\n" not in words
        if value and "KEY" in name and not name.endswith("_FILE"):
            assert value not in words


def test_start_up_ends_there() -> None:
    environment = complete()
    del environment["SECRET_KEY"]
    status, last = start(environment)
    assert status != 0
    assert "ImproperlyConfigured: Set SECRET_KEY" in last


def test_takes_secrets_from_files(tmp_path: Path) -> None:
    environment = complete()
    for name in ("SECRET_KEY", "KEY_ENCRYPTION_KEY"):
        file = tmp_path / name
        file.write_text(environment.pop(name) + "\n")
        environment[f"{name}_FILE"] = str(file)
    old = tmp_path / "old"
    old.write_text("\n".join(base64.b64encode(secrets.token_bytes(32)).decode() for _ in "ab"))
    environment["KEY_ENCRYPTION_KEYS_OLD_FILE"] = str(old)
    code = (
        "import django; django.setup(); from django.conf import settings; "
        "print(len(settings.KEY_ENCRYPTION_KEYS_OLD))"
    )
    status, last = start(environment, code)
    assert status == 0, last
    assert last.endswith("2\n")
