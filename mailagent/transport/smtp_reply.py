"""From an SMTP reply, or the lack of one, to an Outcome."""

from __future__ import annotations

import re

from mailagent.core.delivery import Outcome, Phase, Result

_ENHANCED = re.compile(r"\s*([245]\.\d{1,3}\.\d{1,3})(?:\s+|$)")
_TEXT_LIMIT = 500


def accepted(code: int, message: str) -> Outcome:
    """The outcome of a 2xx after the final dot."""
    enhanced, text = _split(message)
    return Outcome(Result.ACCEPTED, Phase.DATA, code, enhanced, text)


def refusal(phase: Phase, code: int, message: str) -> Outcome | None:
    """The outcome of a 4xx or 5xx; None for any other code, which has no meaning here."""
    if not 400 <= code < 600:
        return None
    enhanced, text = _split(message)
    # The enhanced code says more, and relays keep it from the server that refused.
    kind = enhanced[:1] if enhanced[:1] in ("4", "5") else str(code)[0]
    result = Result.DEFERRED if kind == "4" else Result.REFUSED
    return Outcome(result, phase, code, enhanced, text)


def lost(phase: Phase, why: str) -> Outcome:
    """The outcome when no usable answer came: from DATA on the mail may be out."""
    result = Result.UNKNOWN if phase is Phase.DATA else Result.DEFERRED
    return Outcome(result, phase, text=one_line(why))


def one_line(text: str) -> str:
    """A server's words, fit for a log or a table: one line, printable, bounded."""
    words = " ".join(text.split())
    return "".join(c if c.isprintable() else "?" for c in words)[:_TEXT_LIMIT]


def _split(message: str) -> tuple[str, str]:
    """Enhanced status code and text; each line of a long reply repeats the code (RFC 2034 §4)."""
    found = _ENHANCED.match(message)
    if found is None:
        return "", one_line(message)
    code = found[1]
    lines = (line.strip().removeprefix(code).strip() for line in message.splitlines())
    return code, one_line(" ".join(lines))
