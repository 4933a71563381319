"""Brakes: limits on a whole run that hold whatever the single decisions say.

A wrong import or a broken clock makes every invoice overdue at once; each mail alone would look right.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from mailagent.core.company import Policy


class BrakeKind(StrEnum):
    """Which limit was met."""

    CEILING = "ceiling"  # mails per company and day; tomorrow goes on by itself
    UNUSUAL = "unusual"  # far more than usual; waits for a person


@dataclass(frozen=True, slots=True)
class Brake:
    """Why not all of the mails now due may be queued."""

    kind: BrakeKind
    room: int  # how many of them may still be queued today
    reason: str


def brake(
    queued_today: int, sent_today: int, due_now: int, usual_per_day: float, policy: Policy
) -> Brake | None:
    """The limit this run meets, or None. `queued_today` are the day's mails not yet sent."""
    if not due_now:
        return None
    already = queued_today + sent_today
    day = already + due_now
    if day > policy.unusual_minimum and day > policy.unusual_factor * usual_per_day:
        return Brake(
            BrakeKind.UNUSUAL,
            0,
            f"{day} mails today, {usual_per_day:.0f} on a usual day: a person must confirm",
        )
    if day > policy.daily_ceiling:
        room = max(0, policy.daily_ceiling - already)
        return Brake(
            BrakeKind.CEILING,
            min(room, due_now),
            f"{day} mails today, the ceiling is {policy.daily_ceiling}",
        )
    return None
