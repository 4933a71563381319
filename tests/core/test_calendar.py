"""Working days, openings and local days, also on the nights when clocks change."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.calendar import Calendar, is_known_region
from mailagent.core.company import SendingWindow
from tests.core.make import make_calendar, working_days_between

ZONES = (("FR", "Europe/Paris"), ("GB", "Europe/London"), ("CA", "America/Montreal"))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - the strategy adds the zone
DAYS = st.dates(date(2026, 1, 1), date(2027, 12, 31))


def calendars() -> st.SearchStrategy[Calendar]:
    hours = st.times().map(lambda t: t.replace(second=0, microsecond=0))
    windows = st.builds(
        lambda a, b, days: SendingWindow(min(a, b), max(a, b), days),
        hours,
        hours,
        st.frozensets(st.integers(0, 6), min_size=1),
    ).filter(lambda w: w.opens < w.closes)
    return st.builds(
        lambda zone, window: Calendar(zone[0], "", window, zone[1]), st.sampled_from(ZONES), windows
    )


@pytest.mark.parametrize(
    ("country", "region", "day", "working"),
    [
        ("FR", "", date(2026, 3, 10), True),  # a Tuesday
        ("FR", "", date(2026, 3, 14), False),  # a Saturday
        ("FR", "", date(2026, 5, 25), False),  # Whit Monday
        ("FR", "", date(2026, 4, 3), True),  # Good Friday, a working day in most of France
        ("FR", "57", date(2026, 4, 3), False),  # but not in Moselle
        ("GB", "SCT", date(2026, 4, 6), True),  # Easter Monday is no holiday in Scotland
        ("GB", "ENG", date(2026, 4, 6), False),
        ("CA", "QC", date(2026, 6, 24), False),  # Saint-Jean-Baptiste
        ("US", "", date(2021, 12, 31), False),  # New Year 2022 is observed in 2021
    ],
)
def test_working_days_follow_the_holidays_of_the_region(
    country: str, region: str, day: date, working: bool
) -> None:
    assert make_calendar(country=country, region=region).is_working_day(day) is working


@pytest.mark.parametrize(
    ("day", "count", "expected"),
    [
        (date(2026, 3, 10), 0, date(2026, 3, 10)),
        (date(2026, 3, 14), 0, date(2026, 3, 14)),  # the day itself, though a Saturday
        (date(2026, 3, 10), 3, date(2026, 3, 13)),  # Wed, Thu, Fri
        (date(2026, 3, 10), 5, date(2026, 3, 17)),  # Wed, Thu, Fri, Mon, Tue
        (date(2026, 3, 14), 1, date(2026, 3, 16)),  # Saturday, then Monday
        (date(2026, 4, 30), 1, date(2026, 5, 4)),  # 1 May is a holiday, then a weekend
        (date(2026, 12, 24), 2, date(2026, 12, 29)),  # 25 off, weekend, Mon 28, Tue 29
    ],
)
def test_working_days_are_added_over_weekends_and_holidays(
    day: date, count: int, expected: date
) -> None:
    assert make_calendar().add_working_days(day, count) == expected


@given(DAYS, st.integers(0, 40))
def test_adding_and_counting_working_days_agree(day: date, count: int) -> None:
    calendar = make_calendar()
    assert working_days_between(calendar, day, calendar.add_working_days(day, count)) == count


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        # 06:00 UTC is 07:00 in Paris in winter: opens at 08:30 = 07:30 UTC
        (datetime(2026, 3, 10, 6, 0, tzinfo=UTC), datetime(2026, 3, 10, 7, 30, tzinfo=UTC)),
        (datetime(2026, 3, 10, 7, 30, tzinfo=UTC), datetime(2026, 3, 10, 7, 30, tzinfo=UTC)),
        # 17:00 UTC is 18:00 in Paris: just closed
        (datetime(2026, 3, 10, 17, 0, tzinfo=UTC), datetime(2026, 3, 11, 7, 30, tzinfo=UTC)),
        # Friday evening before clocks go forward on Sunday 29 March: 08:30 is 06:30 UTC on Monday
        (datetime(2026, 3, 27, 20, 0, tzinfo=UTC), datetime(2026, 3, 30, 6, 30, tzinfo=UTC)),
        # Friday evening before clocks go back on Sunday 25 October: 08:30 is 07:30 UTC on Monday
        (datetime(2026, 10, 23, 20, 0, tzinfo=UTC), datetime(2026, 10, 26, 7, 30, tzinfo=UTC)),
    ],
)
def test_the_next_opening_is_in_local_time(now: datetime, expected: datetime) -> None:
    assert make_calendar().next_opening(now) == expected


@given(calendars(), MOMENTS)
def test_the_next_opening_is_open_and_not_past(calendar: Calendar, now: datetime) -> None:
    opening = calendar.next_opening(now)
    assert opening >= now
    assert calendar.may_send_at(opening)
    assert opening.tzinfo is UTC


@given(calendars(), MOMENTS)
def test_nothing_is_open_before_the_next_opening(calendar: Calendar, now: datetime) -> None:
    if time(1) < calendar.window.opens < time(4):
        return  # in the hour that clocks skip, opening a little late is right
    opening = calendar.next_opening(now)
    minutes = min(int((opening - now) / timedelta(minutes=1)), 26 * 60)
    asked = [opening - timedelta(minutes=m) for m in range(7, minutes, 7)]
    assert not any(calendar.may_send_at(moment) for moment in asked)


def test_a_window_inside_the_skipped_hour_waits_for_the_next_day() -> None:
    window = SendingWindow(time(2, 10), time(2, 50), frozenset(range(7)))
    calendar = make_calendar(window=window)
    night = datetime(2026, 3, 29, 0, 0, tzinfo=UTC)  # 02:00 to 03:00 does not exist that night
    assert calendar.next_opening(night) == datetime(2026, 3, 30, 0, 10, tzinfo=UTC)  # 02:10 +02:00


def test_on_the_long_night_the_second_opening_counts_too() -> None:
    calendar = make_calendar(window=SendingWindow(time(2, 30), time(3, 30), frozenset(range(7))))
    second_quarter_past_two = datetime(2026, 10, 25, 1, 15, tzinfo=UTC)  # 02:15 for the second time
    expected = datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    assert calendar.next_opening(second_quarter_past_two) == expected


@given(st.sampled_from([z for _, z in ZONES] + ["America/Santiago", "America/Havana"]), DAYS)
def test_a_day_starts_at_its_first_moment(zone: str, day: date) -> None:
    calendar = make_calendar(timezone=zone)
    start = calendar.start_of(day)
    assert calendar.local_date(start) == day
    assert calendar.local_date(start - timedelta(microseconds=1)) == day - timedelta(days=1)
    assert calendar.end_of(day) == calendar.start_of(day + timedelta(days=1))


@given(calendars(), MOMENTS)
def test_closed_means_that_no_moment_of_the_day_is_left(calendar: Calendar, now: datetime) -> None:
    today = calendar.local_date(now)
    rest = (calendar.end_of(today) - now) // timedelta(minutes=10)
    moments = [now + timedelta(minutes=10 * n) for n in range(rest)]
    if calendar.has_closed(now) and time(4) < calendar.window.closes:
        assert not any(calendar.may_send_at(m) for m in moments)


@pytest.mark.parametrize(
    ("now", "closed"),
    [
        (datetime(2026, 3, 10, 4, 0, tzinfo=UTC), False),  # before opening
        (datetime(2026, 3, 10, 16, 59, tzinfo=UTC), False),
        (datetime(2026, 3, 10, 17, 0, tzinfo=UTC), True),  # 18:00 in Paris
        (datetime(2026, 3, 14, 11, 0, tzinfo=UTC), True),  # Saturday
    ],
)
def test_a_day_closes_with_its_window(now: datetime, closed: bool) -> None:
    assert make_calendar().has_closed(now) is closed


def test_the_last_minute_is_the_one_before_closing() -> None:
    expected = datetime(2026, 3, 10, 16, 59, tzinfo=UTC)  # 17:59 in Paris
    assert make_calendar().last_minute(date(2026, 3, 10)) == expected


def test_local_date_is_the_one_of_the_company() -> None:
    late = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    assert make_calendar().local_date(late) == date(2026, 3, 11)
    assert make_calendar(timezone="America/Montreal").local_date(late) == date(2026, 3, 10)
    paris = late.astimezone(ZoneInfo("Europe/Paris"))
    assert make_calendar().local_date(paris) == date(2026, 3, 11)


@pytest.mark.parametrize(
    ("country", "region", "known"),
    [("FR", "", True), ("FR", "57", True), ("FR", "Rhône", False), ("XX", "", False)],
)
def test_a_region_without_known_holidays_is_reported(
    country: str, region: str, known: bool
) -> None:
    assert is_known_region(country, region) is known


@pytest.mark.parametrize(
    "wrong",
    [
        {"window": SendingWindow(weekdays=frozenset())},
        {"window": SendingWindow(opens=time(18), closes=time(9))},
        {"window": SendingWindow(opens=time(9), closes=time(9))},
        {"country": "XX"},
    ],
)
def test_a_calendar_that_never_opens_cannot_be_built(wrong: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"sending window|public holidays"):
        make_calendar(**wrong)
