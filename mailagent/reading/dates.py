"""Days named in text, relative to the day it was written: "vendredi prochain", "EOM", "KW 48".

A small grammar per language (`date_words`). A bare "le 15" or "Friday" lies in the past for what
was done and in the future for what will be, so the caller says which. In doubt there is no date:
a promise without a day is asked about, a wrong day is believed.
"""

from __future__ import annotations

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import Enum
from functools import cache

from mailagent.core.months import fold, month_number
from mailagent.reading.date_words import WORDS, DateWords

MAX_TEXT = 2000
_LAST = 0  # stands for the last day of a month
MAX_DAYS = 1000  # "in 3 weeks", not "in 40000 days"


class Direction(Enum):
    """Where a day without a year or a month is looked for."""

    PAST = -1
    FUTURE = 1


@dataclass(frozen=True, slots=True)
class FoundDate:
    """A day and the words that name it (positions in the folded text)."""

    day: date
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a pattern needs to resolve its match."""

    match: re.Match[str]
    today: date
    direction: Direction
    words: DateWords
    month_first: bool | None  # None: "03/04" is ambiguous


_Resolve = Callable[[_Asked], date | None]


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
        _candidates(folded, _Setting(today, direction, words, month_first), language or "en"),
        key=lambda found: (found[0] - found[1], found[0]),
    )
    taken: list[tuple[int, int, date | None]] = []
    for start, end, day in candidates:
        if all(end <= s or start >= e for s, e, _ in taken):
            taken.append((start, end, day))
    return tuple(FoundDate(day, start, end) for start, end, day in sorted(taken) if day is not None)


def one_date(found: tuple[FoundDate, ...]) -> date | None:
    """The day when there is exactly one; two different days are ambiguous."""
    days = {f.day for f in found}
    return days.pop() if len(days) == 1 else None


@dataclass(frozen=True, slots=True)
class _Setting:
    today: date
    direction: Direction
    words: DateWords
    month_first: bool | None


def _candidates(
    folded: str, setting: _Setting, language: str
) -> Iterator[tuple[int, int, date | None]]:
    for pattern, resolve in _grammar(language if language in WORDS else "en"):
        for match in pattern.finditer(folded):
            asked = _Asked(
                match, setting.today, setting.direction, setting.words, setting.month_first
            )
            try:
                yield match.start(), match.end(), resolve(asked)
            except LookupError:
                continue  # "until 16" is no date at all
            except (ValueError, OverflowError):
                yield match.start(), match.end(), None  # 31 February is none either, as a whole


@cache
def _grammar(language: str) -> tuple[tuple[re.Pattern[str], _Resolve], ...]:
    """The patterns of a language with what each means."""
    w = WORDS[language]
    weekday = "|".join(f"(?P<w{i}>{name})" for i, name in enumerate(w.weekdays))
    span = (
        r"(?P<count>\d{1,3}|"
        + "|".join(f"(?:{n})" for n in w.numbers)
        + r")\s(?:(?P<working>"
        + w.working_day
        + rf")|(?P<day>{w.day})|(?P<week>{w.week})|(?P<month>{w.month}))"
    )
    until = r"(?:(?P<and>\d{1,2})(?:er|st|nd|rd|th|\.|e)?\s?(?:au|-|et le|et|to|and|bis|al|a|tot|t/m|until)\s)?"
    number = r"(?P<d>\d{1,2})(?:er|st|nd|rd|th|º|°|e|\.)?"
    relative = rf"(?:(?:{w.next})\s(?:{{noun}})|(?:{{noun}})\s(?:{w.next}))"
    next_month = relative.format(noun=w.month)
    next_week = relative.format(noun=w.week)
    rules: list[tuple[str, _Resolve]] = [
        (w.today, lambda a: a.today),
        (w.tomorrow, lambda a: a.today + timedelta(1)),
        (w.after_tomorrow, lambda a: a.today + timedelta(2)),
        (w.yesterday, lambda a: a.today - timedelta(1)),
        (w.before_yesterday, lambda a: a.today - timedelta(2)),
        (
            rf"(?:(?P<this>{w.this})\s)?(?:(?P<next1>{w.next})\s|(?P<last1>{w.last})\s)?(?:{weekday})(?:\s(?:(?P<eight>{w.in_eight})|(?P<fifteen>{w.in_fifteen})|(?P<next2>{w.next})|(?P<last2>{w.last})))?(?:\s(?:le\s|the\s|den\s|dem\s|,\s?)?(?P<dom>\d{{1,2}})(?!\s?[:h/.\d]|\s?(?:%|€|eur|k))(?:st|nd|rd|th)?(?:\s(?P<domm>[a-z]{{3,10}}))?)?",
            _weekday,
        ),
        (
            rf"(?:a week on|a week from|week from)\s(?:{weekday})",
            lambda a: _coming(a, _weekday_number(a)) + timedelta(7),
        ),
        *((pattern, _span_of(days)) for pattern, days in w.spans),
        (rf"{w.within}\s{span}", lambda a: _shift(a, 1)),
        (w.ago.replace("{n}", span), lambda a: _shift(a, -1)),
        (rf"{w.end_of}(?:{next_month})", lambda a: _month_end(_next_month(a.today))),
        (rf"{w.end_of}(?:{next_week})", lambda a: _friday(a.today, 1)),
        (
            rf"{w.end_of}(?:(?:{w.this})\s)?(?:{w.month})|\beom\b|month[- ]end|monatsende",
            lambda a: _month_end(a.today),
        ),
        (rf"{w.end_of}(?:(?:{w.this})\s)?(?:{w.week})|\beow\b", lambda a: _friday(a.today, 0)),
        (
            rf"{w.end_of}(?P<m>[a-z]{{3,10}})\.?(?:\s(?:de\s)?(?P<y>\d{{4}}))?",
            lambda a: _month_day(a, _LAST),
        ),
        (
            rf"(?:{w.middle_of})(?P<m>[a-z]{{3,10}})\.?(?:\s(?:de\s)?(?P<y>\d{{4}}))?",
            lambda a: _month_day(a, 15),
        ),
        (next_week, lambda a: _friday(a.today, 1)),
        (rf"(?:{w.this})\s(?:{w.week})", lambda a: _friday(a.today, 0)),
        (
            r"(?:kw|calendar week|kalenderwoche|semaine|sem\.?|week|wk|semana|settimana)\s?(?:n°\s?)?(?P<kw>\d{1,2})(?!\s?[\d/€%])",
            _week_number,
        ),
        (
            rf"{until}{number}\s(?:de\s|of\s)?(?P<m>[a-z]{{3,10}})\.?(?:,?\s(?:de\s|del\s)?(?P<y>\d{{4}}))?",
            lambda a: _month_day(a, int(a.match["d"])),
        ),
        (
            rf"(?P<m>[a-z]{{3,10}})\.?\s(?:the\s)?{number}(?:(?:,\s?|\s)(?P<y>\d{{4}}))?",
            lambda a: _month_day(a, int(a.match["d"])) if a.words is WORDS["en"] else None,
        ),
        (
            rf"{w.on_the}\s{until}{number}\s(?:du\s|de\s|of\s|des\s|del\s|do\s|van\s)?(?:the\s)?(?:{next_month})",
            lambda a: _next_month(a.today).replace(day=int(a.match["d"])),
        ),
        (
            rf"{w.on_the}\s{until}{number}(?:\s(?:du|courant|of (?:this|the)|dieses|des|de este|di questo|van deze|deste)\s(?:mois|month|monats|mes|mese|maand))?(?!\s?[:h/%€$£\d]|[.,/]\d|\s(?:jours|days|tage|heures|hours|k?€|euros?|eur|factures|invoices))",
            _day_of_month,
        ),
        (
            r"(?P<y>20\d\d)[-/.](?P<mm>\d{1,2})[-/.](?P<d>\d{1,2})",
            lambda a: date(int(a.match["y"]), int(a.match["mm"]), int(a.match["d"])),
        ),
        (r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>20\d\d|\d\d)", _numeric),
        (r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![/\d.,]|\s?[€%])", _numeric),
        (r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?!\d)", _numeric),
        (
            rf"(?:{w.in_month})\s(?P<m>[a-z]{{3,10}})(?:\s(?P<y>20\d\d))?",
            lambda a: _month_day(a, _LAST) if a.direction is Direction.FUTURE else None,
        ),
        # What only begins on a day, or is dated by it, names no day of payment.
        (
            rf"(?:{w.since_after})\s(?:du\s|le\s|the\s|of\s|from\s|dem\s|vom\s|de\s|del\s|el\s|il\s|dal\s|van\s)?(?:\S{{1,20}}\s){{0,2}}(?:\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?|\d{{1,2}}(?:er|st|nd|rd|th|\.)?(?:\s(?:de\s)?(?:{_MONTHS}))(?:\s\d{{4}})?)",
            lambda _: None,
        ),
    ]
    return tuple(
        (re.compile(rf"(?<![\w/.,])(?:{pattern})(?!\w)"), resolve) for pattern, resolve in rules
    )


_MONTHS = r"jan\w{0,6}|f[e]\w{1,7}|m[a]\w{1,4}|a[vpbo]\w{1,5}|ju\w{1,5}|gi\w{1,5}|lug\w{0,3}|ag\w{1,5}|se[pt]\w{0,7}|o[cktu]\w{1,6}|nov\w{0,6}|d[ei]\w{1,7}"


def _weekday(asked: _Asked) -> date | None:
    group = asked.match.groupdict()
    number = _weekday_number(asked)
    if group["dom"]:
        return _dated_weekday(asked, number, int(group["dom"]))
    if group["eight"] or group["fifteen"]:
        return _coming(asked, number) + timedelta(7 if group["eight"] else 14)
    if group["next1"] or group["next2"]:
        # English "next Friday" is that of next week; elsewhere it is the coming one.
        if asked.words is WORDS["en"]:
            return asked.today - timedelta(asked.today.weekday()) + timedelta(7 + number)
        return _coming(asked, number)
    last = group["last1"] or group["last2"]
    if asked.today.weekday() == number and not last:
        return None  # "Friday" on a Friday: today or in a week?
    past = last or asked.direction is Direction.PAST
    return _previous(asked, number) if past else _coming(asked, number)


def _dated_weekday(asked: _Asked, weekday: int, number: int) -> date | None:
    """A weekday with its number, "Friday 14 March": the name only confirms."""
    name = asked.match["domm"]
    month = month_number(name) if name else None
    if month is not None:
        return _nearest_year(asked, month, number)
    found = _near_day(asked.today, number, asked.direction)
    return found if found is not None and found.weekday() == weekday else None


def _weekday_number(asked: _Asked) -> int:
    return next(i for i in range(7) if asked.match[f"w{i}"])


def _coming(asked: _Asked, weekday: int) -> date:
    return asked.today + timedelta((weekday - asked.today.weekday() - 1) % 7 + 1)


def _previous(asked: _Asked, weekday: int) -> date:
    return asked.today - timedelta((asked.today.weekday() - weekday - 1) % 7 + 1)


def _span_of(days: int) -> _Resolve:
    return lambda asked: asked.today + timedelta(days)


def _shift(asked: _Asked, sign: int) -> date | None:
    group = asked.match.groupdict()
    count = _count(asked)
    if count > MAX_DAYS:
        return None
    if group["working"]:
        return _working_days(asked.today, sign * count)
    if group["month"]:
        return _add_months(asked.today, sign * count)
    return asked.today + timedelta(sign * count * (7 if group["week"] else 1))


def _count(asked: _Asked) -> int:
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


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def _next_month(day: date) -> date:
    return _add_months(day.replace(day=1), 1)


def _friday(day: date, weeks: int) -> date:
    """The last working day of this week or a later one; on a weekend "this week" is the next."""
    return day + timedelta(4 - day.weekday() + 7 * weeks)


def _week_number(asked: _Asked) -> date | None:
    friday = date.fromisocalendar(asked.today.isocalendar().year, int(asked.match["kw"]), 5)
    if friday < asked.today and asked.direction is Direction.FUTURE:
        friday = date.fromisocalendar(asked.today.isocalendar().year + 1, int(asked.match["kw"]), 5)
    return friday


def _month_day(asked: _Asked, number: int) -> date | None:
    """A day of a named month; where no year is said the nearest that fits."""
    month = month_number(asked.match["m"])
    if month is None:
        raise LookupError(asked.match["m"])
    year = asked.match["y"]
    return _in_year(int(year), month, number) if year else _nearest_year(asked, month, number)


def _in_year(year: int, month: int, number: int) -> date:
    return date(year, month, number or monthrange(year, month)[1])


def _nearest_year(asked: _Asked, month: int, number: int) -> date | None:
    for shift in (0, asked.direction.value):
        day = _in_year(asked.today.year + shift, month, number)
        if (day - asked.today).days * asked.direction.value >= 0:
            return day
    return None


def _day_of_month(asked: _Asked) -> date | None:
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


def _numeric(asked: _Asked) -> date | None:
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
