"""Typed reads of the environment. A missing or malformed value stops start-up with one sentence."""

from __future__ import annotations

import base64
import binascii
import os
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


def text(name: str, default: str | None = None) -> str:
    """The value of `name`. Raises ImproperlyConfigured when it is missing and has no default."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"Set {name}: it has no default here.")
    return value


def secret(name: str, *, at_least: int = 32) -> str:
    """A secret of at least `at_least` characters, from `name` or from the file that `name`_FILE names."""
    file = os.environ.get(f"{name}_FILE")
    value = _read_secret_file(name, file) if file else os.environ.get(name, "")
    # A long run of few letters is as good as none: random base64 of this length has over twenty.
    if len(value) < at_least or len(set(value)) < 12:
        raise ImproperlyConfigured(
            f"Set {name} (or {name}_FILE) to a random value of at least {at_least} characters."
        )
    return value


def key(name: str) -> str:
    """A secret that is base64 of exactly 32 bytes, from `name` or `name`_FILE."""
    value = secret(name, at_least=44)
    if not _is_key(value):
        raise ImproperlyConfigured(f"{name} must be base64 of exactly 32 random bytes.")
    return value


def keys(name: str) -> list[str]:
    """Such keys separated by commas, or one a line in the file that `name`_FILE names; none by default."""
    file = os.environ.get(f"{name}_FILE")
    text_ = _read_secret_file(name, file) if file else os.environ.get(name, "")
    values = text_.replace(",", " ").split()
    if not all(_is_key(value) for value in values):
        raise ImproperlyConfigured(f"Each key in {name} must be base64 of exactly 32 random bytes.")
    return values


def _is_key(value: str) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) == 32
    except binascii.Error:
        return False


def _read_secret_file(name: str, file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ImproperlyConfigured(f"{name}_FILE names {file}, which can't be read.") from error


def integer(name: str, default: int, *, low: int, high: int) -> int:
    """A whole number between `low` and `high`."""
    raw = os.environ.get(name, "")
    if not raw:
        return default
    try:
        value = int(raw)
    except ValueError as error:
        raise ImproperlyConfigured(f"{name} must be a whole number, not {raw!r}.") from error
    if not low <= value <= high:
        raise ImproperlyConfigured(f"{name} must be between {low} and {high}, not {value}.")
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """A yes or a no: 1/true/yes/on or 0/false/no/off."""
    raw = os.environ.get(name)
    if raw is None:
        return default
    if raw.lower() in _TRUE:
        return True
    if raw.lower() in _FALSE:
        return False
    raise ImproperlyConfigured(f"{name} must be 1 or 0, not {raw!r}.")


def words(name: str, default: str = "") -> list[str]:
    """A list separated by commas, without empty items."""
    return [item.strip() for item in os.environ.get(name, default).split(",") if item.strip()]


def database(url: str, *, pool: int = 0) -> dict[str, object]:
    """Django's settings for a `postgresql://` URL; a socket folder goes into the query as `host`.

    `pool` > 0 keeps that many connections for the threads of one process.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgresql", "postgres"}:
        raise ImproperlyConfigured(
            "The database must be PostgreSQL: give a postgresql:// address. SQLite is not supported."
        )
    query = {key: values[-1] for key, values in parse_qs(parts.query).items()}
    options: dict[str, object] = {
        key: value for key, value in query.items() if key not in {"host", "port"}
    }
    if pool:
        options["pool"] = {"min_size": 1, "max_size": pool, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": query.get("port", str(parts.port or "")),
        "CONN_MAX_AGE": 0 if pool else 60,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": options,
    }


def celery_broker(redis_url: str) -> str:
    """The same Valkey in the spelling that kombu reads (`redis+socket://` for a Unix socket)."""
    parts = urlsplit(redis_url)
    if parts.scheme != "unix":
        return redis_url
    number = parse_qs(parts.query).get("db", ["0"])[-1]
    return f"redis+socket://{parts.netloc}{parts.path}?virtual_host={number}"
