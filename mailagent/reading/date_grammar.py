"""The manners of naming a day, as patterns over folded text built from a language's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache

from mailagent.reading.date_resolve import (
    LAST_DAY,
    Asked,
    Direction,
    Resolve,
    coming,
    day_of_month,
    friday,
    month_day,
    month_end,
    next_month,
    numeric_day,
    shifted,
    span_of,
    week_day,
    weekday_day,
    weekday_number,
)
from mailagent.reading.date_speech import DateWords
from mailagent.reading.date_words import WORDS

_Rule = tuple[str, Resolve]

_NUMBER = r"(?P<d>\d{1,2})(?:er|st|nd|rd|th|º|°|e|\.)?"
_RANGE = r"(?:\d{1,2}(?:er|st|nd|rd|th|\.|e)?\s?(?:au|-|et le|et|to|and|bis|al|a|tot|t/m|until)\s)?"
_MONTH = r"(?P<m>[a-z]{3,10})\.?"
_YEAR = r"(?:,?\s(?:de\s|del\s)?(?P<y>\d{4}))?"
_OF = r"(?:du|de|des|of|del|do|van|dieses|diesen)"
# A day in figures or with a month, for the words that only mention it.
_ANY_DAY = r"(?:\d{1,2}[/.]\d{1,2}(?:[/.]\d{2,4})?|\d{1,2}(?:er|st|nd|rd|th|\.)?(?:\s(?:de\s)?[a-z]{3,10})?(?:\s\d{4})?)"
_NO_FIGURE = r"(?!\s?[:h/%€$£\d]|[.,/]\d|\s(?:jours|days|tage|heures|hours|k?€|euros?|eur|factures|invoices))"


@cache
def grammar(words: DateWords) -> tuple[tuple[re.Pattern[str], Resolve], ...]:
    """The patterns of a language with what each means."""
    rules = (*_near(words), *_weekdays(words), *_spans(words), *_months(words), *_figures(words))
    return tuple(
        (re.compile(rf"(?<![\w/.,])(?:{pattern})(?!\w)"), resolve)
        for pattern, resolve in (*rules, *_mentioned(words))
    )


def _near(w: DateWords) -> Iterator[_Rule]:
    """Today, tomorrow, yesterday."""
    yield w.today, lambda a: a.today
    yield w.tomorrow, lambda a: a.today + timedelta(1)
    yield w.after_tomorrow, lambda a: a.today + timedelta(2)
    yield w.yesterday, lambda a: a.today - timedelta(1)
    yield w.before_yesterday, lambda a: a.today - timedelta(2)


def _weekdays(w: DateWords) -> Iterator[_Rule]:
    """Friday, next Friday, Friday week, Friday the 20th; weeks by name or number."""
    names = "|".join(f"(?P<w{i}>{name})" for i, name in enumerate(w.weekdays))
    before = rf"(?:(?P<next1>{w.next})\s|(?P<last1>{w.last})\s)?"
    after = rf"(?:\s(?:(?P<eight>{w.in_eight})|(?P<fifteen>{w.in_fifteen})|(?P<next2>{w.next})|(?P<last2>{w.last})))?"
    number = (
        r"(?:\s(?:le\s|the\s|den\s|dem\s|,\s?)?(?P<dom>\d{1,2})(?!\s?[:h/.\d]|\s?(?:%|€|eur|k))"
        r"(?:st|nd|rd|th)?(?:\s(?P<domm>[a-z]{3,10}))?)?"
    )
    yield rf"(?:(?:{w.this})\s)?{before}(?:{names}){after}{number}", weekday_day
    yield (
        rf"(?:a week on|a week from|week from)\s(?:{names})",
        lambda a: coming(a, weekday_number(a)) + timedelta(7),
    )
    next_week = _following(w, w.week)
    yield next_week, lambda a: friday(a.today, 1)
    yield rf"(?:{w.this})\s(?:{w.week})", lambda a: friday(a.today, 0)
    yield rf"{w.end_of}(?:{next_week})", lambda a: friday(a.today, 1)
    yield rf"{w.end_of}(?:(?:{w.this})\s)?(?:{w.week})|eow", lambda a: friday(a.today, 0)
    yield (
        r"(?:kw|calendar week|kalenderwoche|semaine|sem\.?|week|wk|semana|settimana)\s?(?:n°\s?)?(?P<kw>\d{1,2})(?!\s?[\d/€%])",
        week_day,
    )


def _spans(w: DateWords) -> Iterator[_Rule]:
    """In ten days, within a week, three days ago."""
    numbers = "|".join(f"(?:{name})" for name in w.numbers)
    span = (
        rf"(?P<count>\d{{1,3}}|{numbers})\s"
        rf"(?:(?P<working>{w.working_day})|(?P<day>{w.day})|(?P<week>{w.week})|(?P<month>{w.month}))"
    )
    for pattern, days in w.spans:
        yield pattern, span_of(days)
    yield rf"{w.within}\s{span}", lambda a: shifted(a, 1)
    yield w.ago.replace("{n}", span), lambda a: shifted(a, -1)


def _months(w: DateWords) -> Iterator[_Rule]:
    """End of the month, mid-April, 15 April, the 15th of next month, in April."""
    following = _following(w, w.month)
    yield rf"{w.end_of}(?:{following})", lambda a: month_end(next_month(a.today))
    yield (
        rf"{w.end_of}(?:(?:{w.this})\s)?(?:{w.month})|eom|month[- ]end|monatsende",
        lambda a: month_end(a.today),
    )
    yield rf"{w.end_of}{_MONTH}{_YEAR}", lambda a: month_day(a, LAST_DAY)
    yield rf"(?:{w.middle_of}){_MONTH}{_YEAR}", lambda a: month_day(a, 15)
    yield rf"{_RANGE}{_NUMBER}\s(?:de\s|of\s)?{_MONTH}{_YEAR}", _named_day
    if w is WORDS["en"]:
        yield rf"{_MONTH}\s(?:the\s)?{_NUMBER}{_YEAR}", _named_day
    yield (
        rf"{w.on_the}\s{_RANGE}{_NUMBER}\s(?:{_OF}\s)?(?:the\s)?(?:{following})",
        lambda a: next_month(a.today).replace(day=int(a.match["d"])),
    )
    this_month = r"(?:\s(?:du|courant|of (?:this|the)|dieses|des|de este|di questo|van deze|deste)\s(?:mois|month|monats|mes|mese|maand))?"
    yield rf"{w.on_the}\s{_RANGE}{_NUMBER}{this_month}{_NO_FIGURE}", day_of_month
    yield rf"(?:{w.in_month})\s{_MONTH}{_YEAR}", _some_day_of_month


def _figures(_: DateWords) -> Iterator[_Rule]:
    """2026-03-15, 15/03/2026, 15/03, "15.3."."""
    yield (
        r"(?P<y>20\d\d)[-/.](?P<mm>\d{1,2})[-/.](?P<d>\d{1,2})",
        lambda a: date(int(a.match["y"]), int(a.match["mm"]), int(a.match["d"])),
    )
    yield r"(?P<a>\d{1,2})[/.-](?P<b>\d{1,2})[/.-](?P<y>20\d\d|\d\d)", numeric_day
    yield r"(?P<a>\d{1,2})/(?P<b>\d{1,2})(?![/\d.,]|\s?[€%])", numeric_day
    yield r"(?P<a>\d{1,2})\.(?P<b>\d{1,2})\.(?!\d)", numeric_day


def _mentioned(w: DateWords) -> Iterator[_Rule]:
    """Days on which something only begins, or by which a document is called: not meant."""
    articles = r"(?:du|le|the|dem|vom|de|del|el|il|dal|van|lo)"
    yield rf"(?:{w.since})\s(?:{articles}\s){{0,2}}{_ANY_DAY}", lambda _: None
    yield (
        rf"(?:{w.dated})\s(?:\S{{1,20}}\s){{0,2}}(?:du|dated|of|from|vom|del|van|en date du)\s{_ANY_DAY}",
        lambda _: None,
    )


def _following(w: DateWords, noun: str) -> str:
    """The noun with "next" before or behind it."""
    return rf"(?:(?:{w.next})\s(?:{noun})|(?:{noun})\s(?:{w.next}))"


def _named_day(asked: Asked) -> date | None:
    return month_day(asked, int(asked.match["d"]))


def _some_day_of_month(asked: Asked) -> date | None:
    """A month alone, "in April": for a promise its last day, for the past none."""
    day = month_day(asked, LAST_DAY)
    return day if asked.direction is Direction.FUTURE else None
