"""Structured logs on stderr: event names `noun.past_tense`, addresses masked, secrets and bodies never."""

from __future__ import annotations

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_ADDRESS = re.compile(r"([^\s@<>\"']{1,64})@([^\s@<>\"',;]{1,255})")
_SECRET_KEYS = frozenset({"password", "secret", "token", "raw", "body", "text"})
_NOT_MASKED = frozenset({"exception", "message_id"})  # an id looks like an address but names nobody
_CONTROL = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]"
)


def masked(text: str) -> str:
    """Addresses reduced to first letter and domain, control characters removed."""
    return _ADDRESS.sub(lambda m: f"{m[1][0]}…@{m[2]}", _CONTROL.sub(" ", text))


def _redact(
    _logger: Any, _method: str, event: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    for key, value in event.items():
        if key in _SECRET_KEYS:
            event[key] = "[redacted]"
        elif isinstance(value, str):
            event[key] = _CONTROL.sub(" ", value) if key in _NOT_MASKED else masked(value)
    return event


def set_up(level: str = "info", *, as_json: bool = True) -> None:
    """Send structlog and the standard library's warnings to stderr in one shape."""
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if as_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            _redact,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr, format="%(name)s: %(message)s")
    for noisy in ("aioimaplib", "aiosmtplib", "sqlalchemy", "alembic"):
        logging.getLogger(noisy).setLevel(
            logging.WARNING
        )  # below, they print logins and whole mails
