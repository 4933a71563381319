"""The date line of a quoted header block, as mail programs of seven languages write it."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo

from mailagent.core.months import month_number
from mailagent.message.headers import read_date

_DAY_MONTH_YEAR = re.compile(
    r"\b(\d{1,2})(?:er|\.|º)?\s(?:de\s)?([^\W\d_]{3,10})\.?,?\s(?:de\s)?(\d{4})\b"
)
_MONTH_DAY_YEAR = re.compile(r"\b([^\W\d_]{3,10})\.?\s(\d{1,2}),?\s(\d{4})\b")
_NUMBERS = re.compile(r"\b(\d{1,2})[./-](\d{1,2})[./-](\d{4}|\d{2})\b")
_ISO = re.compile(r"\b(\d{4})[./-](\d{1,2})[./-](\d{1,2})\b")
_TIME = re.compile(r"\b(\d{1,2})[:h.](\d{2})(?:[:.](\d{2}))?\s?([AaPp]\.?[Mm]\b)?")
_ZONE = re.compile(r"(?:UTC|GMT)?\s?([+\-−])(\d{1,2}):?(\d{2})?\b|\b(UTC|GMT)\b")
_NAMED_ZONES = {
    "CET": 1,
    "CEST": 2,
    "MEZ": 1,
    "MESZ": 2,
    "BST": 1,
    "WEST": 1,
    "EST": -5,
    "EDT": -4,
    "PST": -8,
    "PDT": -7,
}


def read_written_date(text: str, zone: tzinfo = UTC) -> datetime | None:
    """The moment such a line names; `zone` where it says none, None when unreadable."""
    text = " ".join(text[:120].split())
    exact = read_date(text)
    if exact is not None and re.match(r"^(?:\w{3}, )?\d{1,2} \w{3} \d{4} [\d:]+ [+-]\d{4}", text):
        return exact
    day = _day(text)
    if day is None:
        return None
    year, month, number, rest = day
    hour, minute, second = _time(rest)
    try:
        return datetime(year, month, number, hour, minute, second, tzinfo=_zone(rest) or zone)
    except (ValueError, OverflowError):
        return None


def _day(text: str) -> tuple[int, int, int, str] | None:
    """Year, month, day, and the text without them."""
    for pattern, order in (
        (_DAY_MONTH_YEAR, "dmy"),
        (_MONTH_DAY_YEAR, "mdy"),
        (_ISO, "ymd"),
        (_NUMBERS, "dmy"),
    ):
        match = pattern.search(text)
        if match is None:
            continue
        parts = dict(zip(order, match.groups(), strict=True))
        month = int(parts["m"]) if parts["m"].isdigit() else month_number(parts["m"])
        if month is None:
            continue
        year = int(parts["y"])
        number = int(parts["d"])
        if pattern is _NUMBERS and month > 12 >= number:
            month, number = number, month  # 10/28/2021 can only be American
        rest = text[: match.start()] + " " + text[match.end() :]
        return year + 2000 if year < 100 else year, month, number, rest
    return None


def _time(text: str) -> tuple[int, int, int]:
    match = _TIME.search(text)
    if match is None:
        return 0, 0, 0
    hour = int(match[1])
    half = (match[4] or "").lower()
    if half.startswith("p") and hour < 12:
        hour += 12
    elif half.startswith("a") and hour == 12:
        hour = 0
    return hour, int(match[2]), int(match[3] or 0)


def _zone(text: str) -> tzinfo | None:
    match = _ZONE.search(text)
    if match is not None and match[1]:
        minutes = int(match[2]) * 60 + int(match[3] or 0)
        if minutes >= 24 * 60:
            return None
        return timezone(timedelta(minutes=minutes if match[1] == "+" else -minutes))
    if match is not None:
        return UTC
    hours = next((h for name, h in _NAMED_ZONES.items() if re.search(rf"\b{name}\b", text)), None)
    return None if hours is None else timezone(timedelta(hours=hours))
