"""Structured logs with a request id, and a filter that takes secrets out before they are written."""

from __future__ import annotations

import logging.config
import re
import sys
from collections.abc import MutableMapping, Sequence
from typing import Any, cast

# Where rich is installed, as it is with the tools of the tests, structlog loads it for tracebacks in colour, which
# no log of ours has: a tenth of every start.
_hidden = "rich" not in sys.modules
if _hidden:
    sys.modules["rich"] = None  # type: ignore[assignment]  # the import system's word for "not there"

import structlog  # noqa: E402 - see above

if _hidden:
    del sys.modules["rich"]

_SECRET_KEYS = re.compile(
    r"pass(word|phrase)?|secret|token|cookie|authorization|session|csrf|code|key$|salt|seed|recovery|email|body",
    re.IGNORECASE,
)
_SECRET_QUERY = re.compile(
    r"([?&][^=&\s]*(?:token|key|code|secret|sig|password)[^=&\s]*=)[^&\s]+", re.IGNORECASE
)
# Long enough for 240 random bits in base64 (either alphabet) or hexadecimal. Paths and names are as long,
# but they don't mix capitals, small letters and digits.
_LONG_TOKEN = re.compile(r"[A-Za-z0-9+/_-]{40,}={0,2}")
_HEXADECIMAL = re.compile(r"[0-9a-fA-F]{40,}")
_ADDRESS = re.compile(r"[^\s@<>\"'()=,;:]+@[^\s@<>\"'()=,;:]+\.[^\s@<>\"'()=,;:.]+")
_PLAIN_KEYS = frozenset({"event", "level", "timestamp", "logger", "exception", "status_code"})
REDACTED = "[redacted]"


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace values that look like secrets, by their key or by their shape."""
    for key, value in event.items():
        # What structlog passes to its own formatter is no part of the line.
        if not key.startswith("_"):
            event[key] = _redacted(key, value)
    return event


def _redacted(key: str, value: Any) -> Any:
    if key not in _PLAIN_KEYS and _SECRET_KEYS.search(key):
        return REDACTED
    if isinstance(value, str):
        return redact_text(value)
    if isinstance(value, dict):
        return {name: _redacted(str(name), inner) for name, inner in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_redacted("", inner) for inner in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return redact_text(str(value))


def redact_text(text: str) -> str:
    """`text` without query secrets, mail addresses, and anything as long and as random as a key."""
    text = _SECRET_QUERY.sub(rf"\1{REDACTED}", text)
    text = _ADDRESS.sub(REDACTED, text)
    return _LONG_TOKEN.sub(_unless_plain, text)


def _unless_plain(match: re.Match[str]) -> str:
    word = match.group()
    mixed = (
        any(letter.isupper() for letter in word)
        and any(letter.islower() for letter in word)
        and any(letter.isdigit() for letter in word)
    )
    return REDACTED if mixed or _HEXADECIMAL.search(word) else word


class Discretion(logging.Filter):
    """Keeps what people without an account ask for out of the log, since each line has its moment.

    Below `prefixes` a refused request has no line, and one that failed has its traceback without the address.
    """

    def __init__(self, prefixes: Sequence[str]) -> None:
        super().__init__()
        self.prefixes = tuple(prefixes)

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether the record is written."""
        path = getattr(record.__dict__.get("request"), "path", "")
        prefix = next((one for one in self.prefixes if path.startswith(one)), None)
        if prefix is None:
            return True
        record.args = tuple(
            f"{prefix}…" if one == path else one for one in cast("tuple[object, ...]", record.args)
        )
        record.__dict__.pop("request")
        return record.levelno >= logging.ERROR


def logging_config(*, json: bool, level: str, discreet: Sequence[str] = ()) -> None:
    """Set up structlog and the standard library's logging to write one line an event to stderr.

    `discreet` are the beginnings of paths of which no request leaves its address (`Discretion`).
    """
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        redact,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    renderer: Any = (
        structlog.processors.JSONRenderer() if json else structlog.dev.ConsoleRenderer(colors=False)
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "structured": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        renderer,
                    ],
                }
            },
            "filters": {"discretion": {"()": Discretion, "prefixes": tuple(discreet)}},
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.db.backends": {"level": "WARNING"},
                "django.request": {"filters": ["discretion"]},
                "uvicorn.access": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
                # Ticks come every second: a line for each would bury what matters.
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
            },
        }
    )
