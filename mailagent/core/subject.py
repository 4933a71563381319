"""The subject without what mail programs and gateways put before it (RFC 5256 §2.1, more languages)."""

from __future__ import annotations

import re

_PREFIX = re.compile(
    r"\s*(?:"
    r"(?:re|aw|antw|sv|vs|rv|r|i|fwd?|tr|wg|rif|réf?|enc|doorst)(?:\s?\[\d{1,3}\]|\s?\(\d{1,3}\))?\s?[:：]"
    r"|\[(?:ext|extern|external|externe|spam|liste?)\]:?"
    r"|\*{2,5}\s?spam\s?\*{2,5}|\*spam\*"
    r")\s*",
    re.IGNORECASE,
)
_MAX_PREFIXES = 50


def base_subject(subject: str) -> str:
    """What the subject is about: "RE: [EXT] TR: Facture 42" gives "Facture 42"."""
    position = 0
    for _ in range(_MAX_PREFIXES):
        prefix = _PREFIX.match(subject, position)
        if prefix is None:
            break
        position = prefix.end()
    return subject[position:].strip()
