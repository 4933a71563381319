"""From the words that name a day to the day: calendar arithmetic, one function per manner of speaking.

A resolver returns None where the words are ambiguous, raises LookupError where they are no date
at all, and ValueError where the calendar has no such day.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum

from mailagent.core.months import month_number
from mailagent.reading.date_speech import DateWords
from mailagent.reading.date_words import WORDS

LAST_DAY = 0  # stands for the last day of a month
MAX_DAYS = 1000  # "in 3 weeks", not "in 40000 days"


class Direction(Enum):
    """Where a day without a year or a month is looked for."""

    PAST = -1
    FUTURE = 1


@dataclass(frozen=True, slots=True)
class Asked:
    """A match and what is needed to resolve it."""

    match: re.Match[str]
    today: date
    direction: Direction
    words: DateWords
    month_first: bool | None  # None: "03/04" is ambiguous


Resolve = Callable[[Asked], date | None]


def weekday_day(asked: Asked) -> date | None:
    group = asked.match.groupdict()
    number = weekday_number(asked)
    if group["dom"]:
        return _dated_weekday(asked, number, int(group["dom"]))
    if group["eight"] or group["fifteen"]:
        return coming(asked, number) + timedelta(7 if group["eight"] else 14)
    if group["next1"] or group["next2"]:
        # English "next Friday" is that of next week; elsewhere it is the coming one.
        if asked.words is WORDS["en"]:
            return asked.today - timedelta(asked.today.weekday()) + timedelta(7 + number)
        return coming(asked, number)
    last = group["last1"] or group["last2"]
    if asked.today.weekday() == number and not last:
        return None  # "Friday" on a Friday: today or in a week?
    past = last or asked.direction is Direction.PAST
    return _previous(asked, number) if past else coming(asked, number)


def _dated_weekday(asked: Asked, weekday: int, number: int) -> date | None:
    """A weekday with its number, "Friday 14 March": the name only confirms."""
    name = asked.match["domm"]
    month = month_number(name) if name else None
    if month is not None:
        return _nearest_year(asked, month, number)
    found = _near_day(asked.today, number, asked.direction)
    return found if found is not None and found.weekday() == weekday else None


def weekday_number(asked: Asked) -> int:
    return next(i for i in range(7) if asked.match[f"w{i}"])


def coming(asked: Asked, weekday: int) -> date:
    return asked.today + timedelta((weekday - asked.today.weekday() - 1) % 7 + 1)


def _previous(asked: Asked, weekday: int) -> date:
    return asked.today - timedelta((asked.today.weekday() - weekday - 1) % 7 + 1)


def span_of(days: int) -> Resolve:
    return lambda asked: asked.today + timedelta(days)


def shifted(asked: Asked, sign: int) -> date | None:
    group = asked.match.groupdict()
    count = _count(asked)
    if count > MAX_DAYS:
        return None
    if group["working"]:
        return _working_days(asked.today, sign * count)
    if group["month"]:
        return _add_months(asked.today, sign * count)
    return asked.today + timedelta(sign * count * (7 if group["week"] else 1))


def _count(asked: Asked) -> int:
    said = asked.match["count"]
    if said.isdigit():
        return int(said)
    return next(i for i, name in enumerate(asked.words.numbers, 1) if re.fullmatch(name, said))


def _working_days(day: date, count: int) -> date:
    step = timedelta(1 if count > 0 else -1)
    left = abs(count)
    while left:
        day += step
        left -= day.weekday() < 5
    return day


def _add_months(day: date, months: int) -> date:
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def next_month(day: date) -> date:
    return _add_months(day.replace(day=1), 1)


def friday(day: date, weeks: int) -> date:
    """The last working day of this week or a later one; on a weekend "this week" is the next."""
    return day + timedelta(4 - day.weekday() + 7 * weeks)


def week_day(asked: Asked) -> date | None:
    friday = date.fromisocalendar(asked.today.isocalendar().year, int(asked.match["kw"]), 5)
    if friday < asked.today and asked.direction is Direction.FUTURE:
        friday = date.fromisocalendar(asked.today.isocalendar().year + 1, int(asked.match["kw"]), 5)
    return friday


def month_day(asked: Asked, number: int) -> date | None:
    """A day of a named month; where no year is said the nearest that fits."""
    month = month_number(asked.match["m"])
    if month is None:
        raise LookupError(asked.match["m"])
    year = asked.match["y"]
    return _in_year(int(year), month, number) if year else _nearest_year(asked, month, number)


def _in_year(year: int, month: int, number: int) -> date:
    return date(year, month, number or monthrange(year, month)[1])


def _nearest_year(asked: Asked, month: int, number: int) -> date | None:
    for shift in (0, asked.direction.value):
        day = _in_year(asked.today.year + shift, month, number)
        if (day - asked.today).days * asked.direction.value >= 0:
            return day
    return None


def day_of_month(asked: Asked) -> date | None:
    return _near_day(asked.today, int(asked.match["d"]), asked.direction)


def _near_day(today: date, number: int, direction: Direction) -> date | None:
    """The nearest day of that number, today included."""
    if not 1 <= number <= 31:
        return None
    for months in range(3):
        first = _add_months(today.replace(day=1), months * direction.value)
        if number <= monthrange(first.year, first.month)[1]:
            day = first.replace(day=number)
            if (day - today).days * direction.value >= 0:
                return day
    return None


def numeric_day(asked: Asked) -> date | None:
    first, second = int(asked.match["a"]), int(asked.match["b"])
    month_first = asked.month_first
    if month_first is None:
        if first <= 12 and second <= 12 and first != second:
            return None  # 03/04: nobody knows
        month_first = second > 12
    day, month = (second, first) if month_first else (first, second)
    year = asked.match.groupdict().get("y")
    if year:
        return date(int(year) + (2000 if len(year) == 2 else 0), month, day)
    return (
        _nearest_year(asked, month, day) if day != 31 or month in {1, 3, 5, 7, 8, 10, 12} else None
    )
