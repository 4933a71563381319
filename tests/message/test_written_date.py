from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from mailagent.message.written_date import read_written_date

CASES = [
    ("mar. 3 mars 2026 à 09:31", datetime(2026, 3, 3, 9, 31, tzinfo=UTC)),
    ("3 mars 2026 à 14:25:08 UTC+3", datetime(2026, 3, 3, 11, 25, 8, tzinfo=UTC)),
    ("mardi 3 mars 2026, 09:26:50 UTC+1", datetime(2026, 3, 3, 8, 26, 50, tzinfo=UTC)),
    ("03/03/2026 12:46", datetime(2026, 3, 3, 12, 46, tzinfo=UTC)),
    ("Tuesday, March 3, 2026 12:46 PM", datetime(2026, 3, 3, 12, 46, tzinfo=UTC)),
    ("Tue, Mar 3, 2026 at 9:31 AM", datetime(2026, 3, 3, 9, 31, tzinfo=UTC)),
    ("3 March 2026 at 12:05 am", datetime(2026, 3, 3, 0, 5, tzinfo=UTC)),
    ("Dienstag, 3. März 2026 um 12:46", datetime(2026, 3, 3, 12, 46, tzinfo=UTC)),
    ("martes, 3 de marzo de 2026 12:46", datetime(2026, 3, 3, 12, 46, tzinfo=UTC)),
    ("terça-feira, 3 de março de 2026 12:46", datetime(2026, 3, 3, 12, 46, tzinfo=UTC)),
    ("Tue, 3 Mar 2026 15:51:30 +0100", datetime(2026, 3, 3, 14, 51, 30, tzinfo=UTC)),
    ("2026-03-03 12:46", datetime(2026, 3, 3, 12, 46, tzinfo=UTC)),
    ("10/28/2026 12:46", datetime(2026, 10, 28, 12, 46, tzinfo=UTC)),
    ("3 mars 2026", datetime(2026, 3, 3, tzinfo=UTC)),
    ("hier", None),
    ("31 février 2026", None),
    ("", None),
]


@pytest.mark.parametrize(("text", "expected"), CASES)
def test_a_written_date_is_read(text, expected):
    assert read_written_date(text) == expected


def test_a_date_without_a_zone_is_in_that_of_the_forwarder():
    cet = timezone(timedelta(hours=1))
    assert read_written_date("3 mars 2026 à 09:31", cet) == datetime(2026, 3, 3, 9, 31, tzinfo=cet)
