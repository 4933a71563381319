"""One customer planned at noon of TODAY: shared by the tests of plan and of its silences."""

from __future__ import annotations

from datetime import datetime

from mailagent.core.company import Policy
from mailagent.core.customer import Account
from mailagent.core.plan import DueMail, DueTask, Silence, plan
from mailagent.core.sequence import Sequence
from tests.core.make import NOON, make_calendar, make_sequence

ONE = "FA-2026-0042"


def plan_today(
    account: Account,
    sequence: Sequence | None = None,
    policy: Policy | None = None,
    now: datetime = NOON,
) -> DueMail | DueTask | Silence:
    return plan(account, sequence or make_sequence(), make_calendar(), policy or Policy(), now)


def mail_of(found: DueMail | DueTask | Silence) -> DueMail:
    assert isinstance(found, DueMail), found
    return found


def silence_of(found: DueMail | DueTask | Silence) -> Silence:
    assert isinstance(found, Silence), found
    return found
