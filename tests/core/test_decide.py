"""Who wrote a mail, what machines and staff cause, and what holds for every mail."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.company import Policy
from mailagent.core.decide import Role, role_of
from mailagent.core.decisions import AskStaff, FileMail, Filing, PlaceHold
from mailagent.core.hold import HoldReason
from mailagent.core.mail import Address, Fields, Flag, Forwarded, Intent, Machine, Reading, Verdict
from mailagent.core.match import Level, Match
from tests.core.deciding import (
    REPLY,
    STOPPED,
    UNKNOWN,
    decided,
    end_of,
    filing,
    holds,
    make_match,
    of,
    report,
    two_invoices,
)
from tests.core.make import NOON, make_account, make_company, make_invoice, make_mail, make_reading


@pytest.mark.parametrize(
    ("return_date", "until"),
    [
        ("2026-03-18", datetime(2026, 3, 17, 23, 0, tzinfo=UTC)),  # the morning of the return
        ("2026-03-14", datetime(2026, 3, 15, 23, 0, tzinfo=UTC)),  # Saturday: Monday 16
        (None, end_of(17)),  # five working days
        ("2026-03-10", end_of(17)),  # back today, says a notice that still answers
        ("2026-03-09", end_of(17)),  # back already, says a forgotten notice
        ("2027-01-01", datetime(2026, 4, 23, 22, 0, tzinfo=UTC)),  # 45 days: Fri 24 April
    ],
)
def test_an_absence_holds_until_the_return(return_date: str | None, until: datetime) -> None:
    reading = make_reading(Intent.OUT_OF_OFFICE, fields=Fields(return_date=return_date))
    by_machine = decided(reading, machine=Machine.OUT_OF_OFFICE)
    assert holds(by_machine) == {("C1", (), HoldReason.OUT_OF_OFFICE, until)}
    assert filing(by_machine) is Filing.APPLIED
    by_himself = decided(reading)
    assert holds(by_himself) == {REPLY, ("C1", (), HoldReason.OUT_OF_OFFICE, until)}


def test_an_absence_for_good_goes_to_a_person() -> None:
    reading = make_reading(Intent.OUT_OF_OFFICE, Intent.WRONG_CONTACT)
    made = decided(reading, machine=Machine.OUT_OF_OFFICE)
    assert STOPPED in holds(made)
    assert filing(made) is Filing.WAITING


@pytest.mark.parametrize(
    ("machine", "match", "expected"),
    [
        (Machine.AUTO_ACK, make_match(), Filing.APPLIED),
        (Machine.AUTO_ACK, UNKNOWN, Filing.NOT_OURS),
        (Machine.OUT_OF_OFFICE, UNKNOWN, Filing.NOT_OURS),
        (Machine.LIST, UNKNOWN, Filing.NOT_OURS),
        (Machine.LIST, make_match(level=Level.SENDER, known_sender=False), Filing.NOT_OURS),
        (Machine.OTHER, UNKNOWN, Filing.NOT_OURS),
        (Machine.OTHER, make_match(level=Level.SENDER, known_sender=False), Filing.NOT_OURS),
    ],
)
def test_a_machine_without_a_message_holds_nothing(
    machine: Machine, match: Match, expected: Filing
) -> None:
    made = decided(make_reading(), machine=machine, match=match)
    assert (holds(made), filing(made)) == (set(), expected)
    assert not of(AskStaff, made)


@pytest.mark.parametrize(
    ("machine", "reading", "match"),
    [
        (Machine.LIST, make_reading(), make_match()),  # a shared mailbox answers in our thread
        (Machine.LIST, make_reading(), make_match(level=Level.SENDER)),  # or writes by itself
        (Machine.OTHER, make_reading(), make_match(level=Level.NUMBER, known_sender=False)),
        (
            Machine.OTHER,
            make_reading(Intent.REMITTANCE_ADVICE),
            make_match(level=Level.SENDER, known_sender=False),
        ),
    ],
)
def test_a_machine_that_speaks_for_the_customer_is_heard(
    machine: Machine, reading: Reading, match: Match
) -> None:
    made = decided(reading, machine=machine, match=match)
    assert holds(made) == {STOPPED}
    assert filing(made) is Filing.WAITING


def test_a_person_who_writes_to_the_customer_silences_us() -> None:
    written = datetime(2026, 3, 6, 9, 0, tzinfo=UTC)  # Friday; five working days end on Fri 13
    made = decided(
        role=Role.STAFF_TO_CUSTOMER, received_at=written, match=make_match(rivals=("C2",))
    )
    assert holds(made) == {(ref, (), HoldReason.HUMAN_TALK, end_of(13)) for ref in ("C1", "C2")}
    assert filing(made) is Filing.APPLIED


@pytest.mark.parametrize(
    ("match", "days_ago", "expected"),
    [(UNKNOWN, 0, Filing.NOT_OURS), (make_match(), 60, Filing.APPLIED)],
)
def test_an_old_mail_of_staff_or_one_to_a_stranger_holds_nothing(
    match: Match, days_ago: int, expected: Filing
) -> None:
    received_at = NOON - timedelta(days=days_ago)
    made = decided(role=Role.STAFF_TO_CUSTOMER, match=match, received_at=received_at)
    assert (holds(made), filing(made)) == (set(), expected)


def test_what_staff_tell_us_goes_to_a_person() -> None:
    for match in (UNKNOWN, make_match()):
        claire = (Address("claire@martin.example"),)
        made = decided(role=Role.STAFF_TO_US, match=match, from_=claire)
        assert (holds(made), filing(made)) == (set(), Filing.WAITING)


def test_a_colleague_who_owes_is_heard_like_any_customer() -> None:
    made = decided(role=Role.STAFF_TO_US)  # Anne, a contact of C1, is listed as staff
    assert holds(made) == {("C1", (), HoldReason.HUMAN_TALK, end_of(17))}
    assert filing(made) is Filing.WAITING


def test_a_forwarded_mail_of_a_customer_silences_us_meanwhile() -> None:
    inner = Forwarded((Address("anne@petit.example"),), (), (), "Facture", None, "payée", "")
    made = decided(role=Role.STAFF_TO_US, forwarded=inner)
    assert holds(made) == {("C1", (), HoldReason.HUMAN_TALK, end_of(17))}
    assert filing(made) is Filing.WAITING


@pytest.mark.parametrize("role", [Role.OWN, Role.LOOP])
def test_our_own_mail_means_nothing(role: Role) -> None:
    made = decided(make_reading(Intent.PAID), role=role)
    assert [filing(made)] == [d.filing for d in of(FileMail, made)] == [Filing.NOT_OURS]
    assert len(made) == 1


def test_mail_from_before_the_first_day_is_filed_and_nothing_else() -> None:
    policy = Policy(act_from=date(2026, 3, 11))
    made = decided(make_reading(Intent.PAID), policy=policy)
    assert (len(made), filing(made)) == (1, Filing.NOT_OURS)
    # 23:30 UTC on the 10th is the 11th in Paris
    night = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    later = decided(make_reading(Intent.PAID), policy=policy, received_at=night)
    assert filing(later) is Filing.APPLIED


def test_an_unreadable_mail_is_kept_aside_and_still_holds_its_customer() -> None:
    made = decided(unreadable="larger than 40 MB")
    assert (holds(made), filing(made)) == ({STOPPED}, Filing.QUARANTINED)
    assert of(AskStaff, made)


CLAIRE, US = Address("claire@martin.example"), Address("compta@martin.example")
ANNE = Address("anne@petit.example")


@pytest.mark.parametrize(
    ("mail", "in_sent", "own_message", "role"),
    [
        ({}, False, False, Role.CUSTOMER),
        ({"from_": (CLAIRE,)}, False, False, Role.STAFF_TO_US),
        ({"from_": (CLAIRE,), "to": (ANNE,)}, False, False, Role.STAFF_TO_CUSTOMER),
        ({"from_": (CLAIRE,), "cc": (ANNE,)}, False, False, Role.STAFF_TO_CUSTOMER),
        ({"from_": (CLAIRE,), "machine": Machine.OUT_OF_OFFICE}, False, False, Role.LOOP),
        ({"from_": (US,), "to": (ANNE,)}, True, False, Role.STAFF_TO_CUSTOMER),
        ({"from_": (US,), "to": (ANNE,)}, True, True, Role.OWN),
        ({"from_": (US,), "to": (ANNE,), "machine": Machine.OUT_OF_OFFICE}, True, False, Role.OWN),
        ({"from_": (Address("alias@x.example"),)}, True, False, Role.STAFF_TO_CUSTOMER),
        ({"from_": (US,), "to": (ANNE,)}, False, False, Role.STAFF_TO_CUSTOMER),
        ({"from_": (US,), "to": (US,)}, False, False, Role.LOOP),
        ({"from_": (US,), "to": (ANNE,)}, False, True, Role.OWN),  # a blind copy to ourselves
        ({"from_": (US,), **report("anne@petit.example")}, False, False, Role.CUSTOMER),
        ({"from_": (CLAIRE, ANNE)}, False, False, Role.CUSTOMER),  # two senders are nobody
        ({"from_": (), "to": (ANNE,)}, False, False, Role.CUSTOMER),
    ],
)
def test_the_role_of_a_mail(
    mail: dict[str, Any], in_sent: bool, own_message: bool, role: Role
) -> None:
    known = frozenset({"anne@petit.example"})
    assert role_of(make_mail(**mail), make_company(), in_sent, own_message, known) is role


@st.composite
def anything(draw: st.DrawFn) -> dict[str, Any]:
    intents = draw(st.lists(st.sampled_from(list(Intent)), max_size=3))
    days = st.none() | st.dates().map(date.isoformat)
    fields = Fields(
        paid_date=draw(days), promised_date=draw(days), return_date=draw(days),
        amount=draw(st.none() | st.integers()),
    )  # fmt: skip
    customer = draw(st.sampled_from((None, "C1", "C9")))
    machine = draw(st.none() | st.sampled_from(list(Machine)))
    return {
        "reading": make_reading(
            *intents,
            fields=fields,
            decision=draw(st.sampled_from(list(Verdict))),
            flags=tuple(draw(st.lists(st.sampled_from(list(Flag)), max_size=2))),
        ),
        "match": make_match(
            customer=customer,
            level=draw(st.sampled_from(list(Level))) if customer else None,
            rivals=draw(st.sampled_from(((), ("C2",)))) if customer else (),
            known_sender=draw(st.booleans()),
        ),
        "role": draw(st.sampled_from(list(Role))),
        "account": draw(
            st.sampled_from((two_invoices(), make_account(make_invoice(paid=120_000))))
        ),
        "machine": machine,
        "bounce": report("anne@petit.example")["bounce"] if machine is Machine.BOUNCE else None,
        "unreadable": draw(st.sampled_from(("", "", "cut off"))),
    }


@given(anything())
def test_every_mail_is_filed_once_and_last(facts: dict[str, Any]) -> None:
    made = decided(**facts)
    assert len(of(FileMail, made)) == 1
    assert (filing(made) in {Filing.WAITING, Filing.QUARANTINED}) is bool(of(AskStaff, made))


@given(anything())
def test_a_persons_mail_always_holds_its_customer(facts: dict[str, Any]) -> None:
    """P2: whatever it says, however sure we are."""
    made = decided(**facts | {"role": Role.CUSTOMER, "machine": None, "bounce": None})
    match = facts["match"]
    whole = {h.customer for h in of(PlaceHold, made) if not h.invoices}
    assert whole == {ref for ref in (match.customer, *match.rivals) if ref}


@given(anything())
def test_a_hold_without_an_end_has_a_person_who_knows_of_it(facts: dict[str, Any]) -> None:
    made = decided(**facts)
    if any(h.until is None for h in of(PlaceHold, made)):
        assert of(AskStaff, made)
    limit = NOON + timedelta(days=45 + 14)  # the furthest day, and working days for the bank
    assert all(NOON < h.until < limit for h in of(PlaceHold, made) if h.until)
