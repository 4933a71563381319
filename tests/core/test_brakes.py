from __future__ import annotations

import pytest

from mailagent.core.brakes import BrakeKind, brake
from mailagent.core.company import Policy

POLICY = Policy(daily_ceiling=100, unusual_factor=3.0, unusual_minimum=20)


@pytest.mark.parametrize(
    ("queued", "sent", "due", "usual"),
    [
        (0, 0, 0, 0.0),  # nothing to do
        (0, 0, 20, 0.0),  # a small run is never unusual, even on the first day
        (5, 5, 10, 1.0),  # 20 in all
        (0, 0, 60, 20.0),  # exactly three times
        (0, 40, 60, 50.0),  # exactly the ceiling
        (0, 100, 0, 1.0),  # nothing new: the day's mails are already decided
    ],
)
def test_usual_days_pass(queued: int, sent: int, due: int, usual: float) -> None:
    assert brake(queued, sent, due, usual, POLICY) is None


@pytest.mark.parametrize(
    ("queued", "sent", "due", "usual"),
    [
        (0, 0, 21, 0.0),  # a first import with everything overdue
        (0, 0, 61, 20.0),
        (30, 30, 1, 20.0),  # small runs that add up
        (0, 0, 500, 20.0),  # above the ceiling too: a person decides first
    ],
)
def test_an_unusual_day_waits_for_a_person(queued: int, sent: int, due: int, usual: float) -> None:
    stop = brake(queued, sent, due, usual, POLICY)

    assert stop is not None
    assert stop.kind is BrakeKind.UNUSUAL
    assert stop.room == 0


@pytest.mark.parametrize(
    ("queued", "sent", "due", "room"),
    [
        (0, 0, 101, 100),
        (20, 30, 60, 50),
        (0, 100, 1, 0),
        (80, 40, 5, 0),  # the ceiling was lowered during the day
    ],
)
def test_the_ceiling_leaves_the_room_that_is_left(
    queued: int, sent: int, due: int, room: int
) -> None:
    stop = brake(queued, sent, due, 50.0, POLICY)

    assert stop is not None
    assert stop.kind is BrakeKind.CEILING
    assert stop.room == room
    assert "ceiling is 100" in stop.reason
