"""Working days and opening hours of a company, in its own time zone.

A day is a local date; a moment is an aware datetime, and every moment returned is UTC. On the two nights
a year when clocks change, a local time may come twice or never; the openings stay right on both.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

from mailagent.core.company import SendingWindow

_DAY = timedelta(days=1)


def is_known_region(country: str, region: str) -> bool:
    """True when the public holidays of that country and subdivision are known."""
    regions = holidays.list_supported_countries().get(country)
    return regions is not None and (not region or region in regions)


@dataclass(frozen=True, slots=True)
class Calendar:
    """When a company works and when its mail may leave."""

    country: str  # ISO 3166-1 alpha-2
    region: str  # subdivision with holidays of its own; empty for none
    window: SendingWindow
    timezone: str  # IANA name

    def __post_init__(self) -> None:
        if not self.window.weekdays or self.window.opens >= self.window.closes:
            raise ValueError("a sending window needs a weekday, and must open before it closes")
        if not is_known_region(self.country, self.region):
            raise ValueError(f"no public holidays known for {self.country} {self.region}".rstrip())

    def is_working_day(self, day: date) -> bool:
        """True on the weekdays of the sending window that are no public holiday."""
        if day.weekday() not in self.window.weekdays:
            return False
        return day not in _public_holidays(self.country, self.region, day.year)

    def next_working_day(self, day: date) -> date:
        """That day, or the first working day after it."""
        while not self.is_working_day(day):
            day += _DAY
        return day

    def add_working_days(self, day: date, count: int) -> date:
        """The count-th working day after that day; the day itself for zero, working or not."""
        for _ in range(count):
            day = self.next_working_day(day + _DAY)
        return day

    def local(self, now: datetime) -> datetime:
        """The moment in the company's time zone."""
        return now.astimezone(ZoneInfo(self.timezone))

    def local_date(self, now: datetime) -> date:
        """The date on the company's wall calendar."""
        return now.astimezone(ZoneInfo(self.timezone)).date()

    def start_of(self, day: date) -> datetime:
        """The first moment of a local day."""
        return self._moment(day, time.min)

    def end_of(self, day: date) -> datetime:
        """The first moment after a local day: a hold until then covers the whole day."""
        return self.start_of(day + _DAY)

    def last_minute(self, day: date) -> datetime:
        """One minute before the sending window of that day closes."""
        return self._moment(day, self.window.closes) - timedelta(minutes=1)

    def may_send_at(self, now: datetime) -> bool:
        """True on a working day between opening (included) and closing (excluded)."""
        local = now.astimezone(ZoneInfo(self.timezone))
        is_open = self.window.opens <= local.time() < self.window.closes
        return is_open and self.is_working_day(local.date())

    def has_closed(self, now: datetime) -> bool:
        """True when nothing more may leave today: not a working day, or past closing time."""
        local = now.astimezone(ZoneInfo(self.timezone))
        return local.time() >= self.window.closes or not self.is_working_day(local.date())

    def next_opening(self, now: datetime) -> datetime:
        """The next moment in which mail may leave; now itself when it may."""
        if self.may_send_at(now):
            return now.astimezone(UTC)
        day = self.local_date(now)
        while True:
            day = self.next_working_day(day)
            # Both folds: on the night clocks go back, the second opening may be the one still ahead.
            for fold in (0, 1):
                opening = self._moment(day, self.window.opens, fold)
                if opening >= now and self.may_send_at(opening):
                    return opening
            day += _DAY

    def _moment(self, day: date, clock_time: time, fold: int = 0) -> datetime:
        """A local time as UTC; one that clocks skip becomes the same distance after the skip."""
        local = datetime.combine(day, clock_time, ZoneInfo(self.timezone))
        return local.replace(fold=fold).astimezone(UTC)


@lru_cache(maxsize=512)
def _public_holidays(country: str, region: str, year: int) -> frozenset[date]:
    return frozenset(holidays.country_holidays(country, subdiv=region or None, years=year))
