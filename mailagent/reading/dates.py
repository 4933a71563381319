"""Days named in text, relative to the day it was written: "vendredi prochain", "EOM", "KW 48".

A bare "le 15" or "Friday" lies in the past for what was done and in the future for what will be,
so the caller says which. In doubt there is no date: a promise without a day is asked about, a
wrong day is believed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mailagent.core.months import fold
from mailagent.reading.date_grammar import grammar
from mailagent.reading.date_resolve import Asked, Direction
from mailagent.reading.date_speech import DateWords
from mailagent.reading.date_words import WORDS

__all__ = ["Direction", "FoundDate", "find_dates", "one_date"]

MAX_TEXT = 2000  # characters


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day and the words that name it (positions in the folded text)."""

    day: date
    start: int
    end: int


def find_dates(
    text: str,
    today: date,
    language: str,
    direction: Direction,
    *,
    month_first: bool | None = False,
) -> tuple[FoundDate, ...]:
    """The days a text names, in order. Of overlapping readings the longest wins."""
    folded = fold(text[:MAX_TEXT]).replace("’", "'")
    words = WORDS.get(language) or WORDS["en"]
    candidates = sorted(
        _candidates(folded, words, today, direction, month_first=month_first),
        key=lambda found: (found[0] - found[1], found[0]),
    )
    taken: list[tuple[int, int, date | None]] = []
    for start, end, day in candidates:
        if all(end <= s or start >= e for s, e, _ in taken):
            taken.append((start, end, day))
    return tuple(FoundDate(day, start, end) for start, end, day in sorted(taken, key=_start) if day)


def one_date(found: tuple[FoundDate, ...]) -> date | None:
    """The day when there is exactly one; two different days are ambiguous."""
    days = {f.day for f in found}
    return days.pop() if len(days) == 1 else None


def _candidates(
    folded: str, words: DateWords, today: date, direction: Direction, *, month_first: bool | None
) -> Iterator[tuple[int, int, date | None]]:
    """Every reading, also the overlapping ones; None blocks its words for shorter readings."""
    for pattern, resolve in grammar(words):
        for match in pattern.finditer(folded):
            try:
                day = resolve(Asked(match, today, direction, words, month_first))
            except LookupError:
                continue  # "until 16" is no date at all
            except (ValueError, OverflowError):
                day = None  # 31 February: "the 31st" in it is none either
            yield match.start(), match.end(), day


def _start(found: tuple[int, int, date | None]) -> int:
    return found[0]
