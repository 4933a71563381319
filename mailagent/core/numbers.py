"""Strings in free text that could be invoice numbers, in the form in which numbers are compared.

"FA 2026-0042", "fa2026/0042" and "n° FA-2026-0042" all give FA20260042. Which of the strings is a number
of an invoice, the books say.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from mailagent.core.invoice import normalise_number

LIMIT = 200  # strings kept from one text
SHORTEST = 4  # normalised characters; shorter ones are quantities and days
LONGEST = 40
_LOOKED_AT = 200_000  # characters of a text; nobody writes more about an invoice
_SHORTEST_PART = 6  # "FA-2026-0042/FA-2026-0043" are two numbers, "2026/0042" is one
_WORDS_JOINED = 3  # "FA 2026 0042"

# One word: letters and digits, held together by dashes, slashes, underscores, and dots before a digit.
_WORD = re.compile(r"[^\W_º]+(?:(?:[-/_‐‑‒–]|\.(?=\d))[^\W_º]+)*")
_JOINED = re.compile(r"[ \t\u00a0\u202f]{1,2}(?:[-–/#][ \t\u00a0\u202f]?)?")
_AMOUNT_END = re.compile(r",\d\d?(?!\d)|[ \u00a0\u202f]?(?:€|\$|£|EUR\b|USD\b|GBP\b|CHF\b)")
_DIGIT = re.compile(r"\d")


def find_numbers(text: str, limit: int = LIMIT) -> tuple[str, ...]:
    """Normalised invoice-like strings in the order of the text, each once."""
    found: dict[str, None] = {}
    for line in text[:_LOOKED_AT].splitlines():
        if _DIGIT.search(line):
            for number in _in_line(line):
                found.setdefault(number)
                if len(found) >= limit:
                    return tuple(found)
    return tuple(found)


def _in_line(line: str) -> Iterator[str]:
    run: list[str] = []  # the last words that only spaces or a dash keep apart
    end = 0
    for word in _WORD.finditer(line):
        joined = run and _JOINED.fullmatch(line, end, word.start())
        run = [*run[-_WORDS_JOINED + 1 :], word[0]] if joined else [word[0]]
        end = word.end()
        if not _DIGIT.search(word[0]) or (word[0].isdigit() and _AMOUNT_END.match(line, end)):
            continue
        for first in range(len(run)):
            yield from _long_enough("".join(run[first:]))
        parts = word[0].split("/")
        for part in parts if len(parts) > 1 else ():
            if len(part) >= _SHORTEST_PART and _DIGIT.search(part):
                yield from _long_enough(part)


def _long_enough(text: str) -> Iterator[str]:
    number = normalise_number(text) if len(text) <= 2 * LONGEST else ""
    if SHORTEST <= len(number) <= LONGEST:
        yield number
