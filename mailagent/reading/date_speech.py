"""What a language needs to name days. The words themselves are in `date_words`."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DateWords:
    """How one language speaks of days."""

    weekdays: tuple[str, ...]  # Monday first
    today: str
    tomorrow: str
    after_tomorrow: str
    yesterday: str
    before_yesterday: str
    next: str  # before or after the noun
    last: str
    this: str
    day: str
    working_day: str
    week: str
    month: str
    within: str  # before a number of days: "sous", "within"
    ago: str  # "il y a {n}" or "{n} ago": {n} stands for the span
    end_of: str
    middle_of: str
    on_the: str  # before a bare day of the month
    since: str  # before a day on which something only begins
    dated: str  # what is called by its day: "facture du 12 mars"
    in_month: str  # before a month alone
    in_eight: str  # "lundi en huit": a week after the coming one
    in_fifteen: str = r"(?!)"
    spans: tuple[tuple[str, int], ...] = ()  # fixed spans in days: "huitaine"
    numbers: tuple[str, ...] = ()  # one, two, three ...
