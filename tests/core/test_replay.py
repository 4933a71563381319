"""Accounts rebuilt from the journal."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from mailagent.core.customer import Account, Contact, PromiseState
from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.hold import HoldReason
from mailagent.core.invoice import Books
from mailagent.core.journal import Entry
from mailagent.core.money import Money
from mailagent.core.plan import plan
from mailagent.core.replay import replay
from mailagent.core.standing import standing
from tests.core.make import (
    NOON,
    TODAY,
    make_account,
    make_calendar,
    make_company,
    make_customer,
    make_hold,
    make_invoice,
    make_promise,
    make_reminder,
    make_sequence,
)

Fact = tuple[str, dict[str, Any]]
ONE = "FA-2026-0042"


def journal(*facts: Fact) -> list[Entry]:
    cause = Cause(CauseKind.RULE, "test")
    return [
        Entry("martin", n, NOON, event, "", data, cause, previous="", hash="")
        for n, (event, data) in enumerate(facts, start=1)
    ]


def customer(**changes: Any) -> Fact:
    data: dict[str, Any] = {
        "ref": "C1", "name": "Boulangerie Petit", "language": "", "country": "",
        "contacts": [{"address": "anne@petit.example", "name": "Anne Petit", "language": ""}],
    }  # fmt: skip
    return "customer.imported", data | changes


def invoice(number: str = ONE, **changes: Any) -> Fact:
    """The invoice of `make_invoice`, due on 28 February."""
    data: dict[str, Any] = {
        "number": number, "customer": "C1", "issued_on": "2026-01-29", "due_on": "2026-02-28",
        "amount": 120_000, "currency": "EUR", "purchase_order": "", "document": None,
    }  # fmt: skip
    return "invoice.imported", data | changes


def money(event: str, amount: int) -> Fact:
    data = {"invoice": ONE, "amount": amount, "currency": "EUR", "paid_on": "2026-03-01"}
    return event, data | {"reference": "x", "number": "AV-1"}


def hold(hold_id: int = 1, **changes: Any) -> Fact:
    """The hold of `make_hold`."""
    data: dict[str, Any] = {
        "id": hold_id, "customer": "C1", "invoice": None, "reason": "reply",
        "since": (NOON - timedelta(days=1)).isoformat(), "until": None, "evidence": "he wrote",
        "mail": None,
    }  # fmt: skip
    return "hold.placed", data | changes


def promise(promise_id: int = 1) -> Fact:
    """The promise of `make_promise`."""
    return "promise.recorded", {
        "id": promise_id, "customer": "C1", "invoice": ONE, "pay_by": "2026-03-08", "amount": None,
        "made_at": (NOON - timedelta(days=7)).isoformat(),
    }  # fmt: skip


def reminder(event: str, step: str = "d+3", **changes: Any) -> Fact:
    """One of the events of the reminder of `make_reminder`, planned a week ago."""
    data: dict[str, Any] = {
        "customer": "C1", "step": step, "cycle": 0, "channel": "email", "invoices": [ONE],
        "advanced": [[ONE, step]], "planned_for": "2026-03-03", "outbox_id": 1,
        "at": (NOON - timedelta(days=7)).isoformat(), "reason": "x",
    }  # fmt: skip
    return f"reminder.{event}", data | changes


def rebuilt(*facts: Fact) -> Account:
    return replay(journal(customer(), *facts))["C1"]


def test_an_empty_journal_has_no_accounts() -> None:
    assert replay([]) == {}


def test_customer_and_invoice_are_as_imported() -> None:
    assert rebuilt(invoice()) == make_account()


def test_a_later_import_changes_the_header_and_keeps_what_was_booked() -> None:
    account = rebuilt(
        invoice(document="a" * 64),
        money("payment.recorded", 20_000),
        invoice(amount=130_000, due_on="2026-03-05"),
    )
    changed = make_invoice(
        due_on=date(2026, 3, 5),
        issued_on=date(2026, 1, 29),
        total=Money(130_000, "EUR"),
        paid=20_000,
        document="a" * 64,
    )
    assert account.invoices == (changed,)


def test_payments_and_credit_notes_add_up() -> None:
    account = rebuilt(
        invoice(),
        money("payment.recorded", 20_000),
        money("payment.recorded", 30_000),
        money("credit_note.recorded", 10_000),
    )
    assert account.invoices == (make_invoice(paid=50_000, credited=10_000),)


def test_the_books_may_close_and_open_an_invoice() -> None:
    void: Fact = ("invoice.closed", {"number": ONE, "books": "void"})
    assert rebuilt(invoice(), void).invoices[0].books is Books.VOID
    again: Fact = ("invoice.closed", {"number": ONE, "books": "open"})
    assert rebuilt(invoice(), void, again).invoices[0].books is Books.OPEN


def test_an_invoice_that_moves_to_another_customer_leaves_the_first() -> None:
    accounts = replay(journal(customer(), customer(ref="C2"), invoice(), invoice(customer="C2")))
    assert [len(accounts[ref].invoices) for ref in ("C1", "C2")] == [0, 1]


def test_holds_are_placed_and_end_once() -> None:
    lifted: Fact = ("hold.lifted", {"id": 1, "at": NOON.isoformat()})
    later = (NOON + timedelta(days=1)).isoformat()
    expired: Fact = ("hold.expired", {"id": 1, "at": later})
    assert rebuilt(hold()).holds == (make_hold(),)
    assert rebuilt(hold(), lifted, expired).holds == (make_hold(lifted_at=NOON),)
    until = NOON + timedelta(days=1)
    assert rebuilt(hold(until=later), expired).holds == (make_hold(until=until, lifted_at=until),)
    assert rebuilt(hold(invoice=ONE, reason="dispute", mail="abc")).holds == (
        make_hold(HoldReason.DISPUTE, invoice=ONE, mail="abc"),
    )


def test_promises_are_kept_broken_or_replaced() -> None:
    made = make_promise(customer="C1")
    assert rebuilt(promise()).promises == (made,)
    for state in (PromiseState.KEPT, PromiseState.BROKEN, PromiseState.REPLACED):
        account = rebuilt(promise(), (f"promise.{state.value}", {"id": 1}))
        assert account.promises == (make_promise(customer="C1", state=state),)


def test_reminders_are_queued_sent_and_sometimes_dropped() -> None:
    assert rebuilt(reminder("queued")).reminders == (make_reminder(sent_at=None),)
    assert rebuilt(reminder("queued"), reminder("sent")).reminders == (make_reminder(),)
    for event in ("cancelled", "refused"):
        account = rebuilt(reminder("queued"), reminder(event))
        assert account.reminders == (make_reminder(live=False, sent_at=None),)
    assert rebuilt(reminder("queued"), reminder("skipped", invoice=ONE)).reminders


def test_a_suppressed_address_stays_suppressed_through_imports() -> None:
    gone: Fact = ("address.suppressed", {"address": "Anne@petit.example", "reason": "5.1.1"})
    suppressed = Contact("anne@petit.example", "Anne Petit", suppressed="5.1.1")
    again: Fact = ("address.suppressed", {"address": "anne@petit.example", "reason": "later"})
    account = rebuilt(gone, customer(name="Petit SARL"), again)
    assert account.customer == make_customer(name="Petit SARL", contacts=(suppressed,))


def test_an_import_without_contacts_keeps_those_we_have() -> None:
    assert rebuilt(customer(contacts=[])).customer == make_customer()
    new = [{"address": "paul@petit.example", "name": "", "language": "en"}]
    paul = Contact("paul@petit.example", language="en")
    assert rebuilt(customer(contacts=new)).customer == make_customer(contacts=(paul,))


def test_facts_stand_in_the_order_of_the_database() -> None:
    account = rebuilt(
        invoice("FA-2"), invoice("FA-1"),
        hold(2), hold(1), promise(2), promise(1),
        reminder("queued", "d+10", planned_for="2026-03-10"), reminder("queued", "d+3"),
    )  # fmt: skip
    assert [i.number for i in account.invoices] == ["FA-1", "FA-2"]
    assert [h.id for h in account.holds] == [1, 2]
    assert [p.id for p in account.promises] == [1, 2]
    assert [r.step for r in account.reminders] == ["d+3", "d+10"]


def test_what_changes_no_account_is_passed_over() -> None:
    assert rebuilt(("mail.filed", {"filing": "applied"})) == replay(journal(customer()))["C1"]


def test_a_rebuilt_account_gives_the_same_plan_and_standing() -> None:
    account = rebuilt(
        invoice(), reminder("queued"), reminder("sent"), promise(), ("promise.broken", {"id": 1})
    )
    loaded = make_account(
        reminders=(make_reminder(),),
        promises=(make_promise(customer="C1", state=PromiseState.BROKEN),),
    )
    assert account == loaded
    sequence, company = make_sequence(), make_company()
    assert plan(account, sequence, make_calendar(), company.policy, NOON) == plan(
        loaded, sequence, make_calendar(), company.policy, NOON
    )
    assert standing(account.invoices[0], account, sequence, NOON) == standing(
        loaded.invoices[0], loaded, sequence, NOON
    )
    assert account.reminders[0].planned_for == TODAY - timedelta(days=7)
