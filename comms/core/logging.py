"""Structured logs with a request id, and a filter that takes secrets out before they are written."""

from __future__ import annotations

import logging.config
import re
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET_KEYS = re.compile(
    r"pass(word|phrase)?|secret|token|cookie|authorization|session|csrf|code|key$|salt|seed|recovery|email|body",
    re.IGNORECASE,
)
_SECRET_QUERY = re.compile(
    r"([?&][^=&\s]*(?:token|key|code|secret|sig|password)[^=&\s]*=)[^&\s]+", re.IGNORECASE
)
_LONG_TOKEN = re.compile(r"\b[A-Za-z0-9_-]{40,}\b")
REDACTED = "[redacted]"


def redact(
    _logger: object, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace values that look like secrets, by their key or by their shape."""
    for key, value in event.items():
        if key in {"event", "level", "timestamp", "logger", "exception"}:
            if isinstance(value, str):
                event[key] = redact_text(value)
        elif _SECRET_KEYS.search(key):
            event[key] = REDACTED
        elif isinstance(value, str):
            event[key] = redact_text(value)
    return event


def redact_text(text: str) -> str:
    """`text` without query secrets and without anything as long and as random as a key."""
    return _LONG_TOKEN.sub(REDACTED, _SECRET_QUERY.sub(rf"\1{REDACTED}", text))


def logging_config(*, json: bool, level: str) -> None:
    """Set up structlog and the standard library's logging to write one line an event to stderr."""
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
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
            "root": {"handlers": ["stderr"], "level": level},
            "loggers": {
                "django.db.backends": {"level": "WARNING"},
                "uvicorn.access": {"level": "WARNING"},
                "asyncio": {"level": "WARNING"},
                # Ticks come every second: a line for each would bury what matters.
                "celery.beat": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.app.trace": {"level": "WARNING"},
            },
        }
    )
