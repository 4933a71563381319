"""Message-IDs in In-Reply-To and References (RFC 5322 §3.6.4), as broken as they arrive.

Seen in the wild: encoded words around ids (Python up to 3.11), spaces inside the brackets, no
brackets, "null", comments.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from mailagent.message.headers import decode_words

MAX_IDS = 200  # the newest are kept

_BRACKETED = re.compile(r"<([^<>]{1,998})>")


def message_ids(values: Iterable[str]) -> tuple[str, ...]:
    """The ids of some fields in order, each once, with angle brackets and without spaces."""
    found: dict[str, None] = {}
    for value in values:
        for token in _tokens(decode_words(value)):
            found.setdefault(f"<{token}>")
    return tuple(found)[-MAX_IDS:]


def _tokens(text: str) -> Iterator[str]:
    end = 0
    for match in _BRACKETED.finditer(text):
        yield from _bare(text[end : match.start()])
        token = "".join(match[1].split())
        if token:
            yield token
        end = match.end()
    yield from _bare(text[end:])


def _bare(text: str) -> Iterable[str]:
    """Ids that lost their brackets, or one of them."""
    return (token.strip("<>,;") for token in text.split() if "@" in token.strip("<>@"))
