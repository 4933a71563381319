"""What follows from a delivery report."""

from __future__ import annotations

import pytest

from mailagent.core.customer import Contact
from mailagent.core.decisions import AskStaff, ConfirmSent, Filing, Suppress
from mailagent.core.mail import Machine
from mailagent.core.match import Level, Match
from tests.core.deciding import (
    BOUNCED,
    RETURNED,
    UNKNOWN,
    decided,
    filing,
    holds,
    make_match,
    of,
    report,
    two_invoices,
)
from tests.core.make import make_customer


def test_a_dead_address_is_suppressed_and_without_another_everything_stops() -> None:
    made = decided(match=RETURNED, **report("Anne@petit.example"))
    assert [(s.address, s.reason) for s in of(Suppress, made)] == [
        ("anne@petit.example", "failed 5.1.1")
    ]
    assert holds(made) == {BOUNCED}
    assert [c.outbox_id for c in of(ConfirmSent, made)] == [7]
    assert filing(made) is Filing.WAITING


def test_with_another_contact_left_nothing_stops() -> None:
    contacts = (Contact("anne@petit.example"), Contact("paul@petit.example"))
    account = two_invoices(customer=make_customer(contacts=contacts))
    made = decided(match=RETURNED, account=account, **report("anne@petit.example"))
    assert of(Suppress, made)
    assert holds(made) == set()
    assert "paul@petit.example" in of(AskStaff, made)[0].question


@pytest.mark.parametrize(
    ("match", "address"),
    [
        (RETURNED, "internal@elsewhere.example"),  # somewhere behind the address we wrote to
        (make_match(level=Level.SENDER), "anne@petit.example"),  # cites no mail of ours: forged?
        (make_match(level=Level.NUMBER), "anne@petit.example"),
    ],
)
def test_no_address_is_suppressed_without_proof(match: Match, address: str) -> None:
    made = decided(match=match, **report(address))
    assert not of(Suppress, made)
    assert holds(made) == {BOUNCED}
    assert filing(made) is Filing.WAITING


def test_a_recipient_of_ours_who_is_no_contact_any_more_is_suppressed() -> None:
    match = make_match(level=Level.RETURNED_MAIL, recipients=("old@petit.example",))
    made = decided(match=match, **report("old@petit.example"))
    assert [s.address for s in of(Suppress, made)] == ["old@petit.example"]
    assert holds(made) == set()  # Anne is still there


def test_a_delay_is_only_noted() -> None:
    made = decided(match=RETURNED, **report("anne@petit.example", hard=False))
    assert (holds(made), of(Suppress, made), filing(made)) == (set(), [], Filing.APPLIED)
    assert of(ConfirmSent, made)


def test_a_report_about_a_mail_that_is_not_ours_is_not_lost() -> None:
    hard = decided(match=UNKNOWN, **report("who@else.example"))
    assert (holds(hard), filing(hard)) == (set(), Filing.WAITING)
    soft = decided(match=UNKNOWN, **report("who@else.example", hard=False))
    assert (holds(soft), filing(soft)) == (set(), Filing.NOT_OURS)


def test_a_report_that_says_nothing_goes_to_a_person() -> None:
    made = decided(match=RETURNED, machine=Machine.BOUNCE)
    assert (holds(made), filing(made)) == ({BOUNCED}, Filing.WAITING)
