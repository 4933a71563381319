"""Journal entries become lines that a newcomer understands."""

from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.journal import Entry
from mailagent.sandbox.news import Kind, News, Newsroom

AT = datetime(2026, 3, 9, 9, 0, tzinfo=UTC)
MAIL = Cause(CauseKind.MAIL, "abc")
CLOCK = Cause(CauseKind.CLOCK, "the schedule")


def entry(event: str, subject: str, data: dict[str, Any], cause: Cause = CLOCK) -> Entry:
    return Entry("vauban", 1, AT, event, subject, data, cause, "", "")


def newsroom() -> Newsroom:
    room = Newsroom(ZoneInfo("Europe/Paris"))
    imported = entry("invoice.imported", "FA-1", {"number": "FA-1", "customer": "C1"})
    assert room.tell(imported) is None
    return room


def reminder(event: str, **more: Any) -> Entry:
    data = {"customer": "C1", "step": "d+10", "cycle": 0, **more}
    return entry(event, "C1", data)


def test_a_sent_reminder_names_step_and_invoices() -> None:
    room = newsroom()
    assert room.tell(reminder("reminder.queued", channel="email", invoices=["FA-1"])) is None
    assert room.tell(reminder("reminder.sent")) == News(
        AT, Kind.SENT, "C1", "reminder D+10 about FA-1", "D+10"
    )


def test_a_withdrawn_reminder_says_why() -> None:
    told = newsroom().tell(reminder("reminder.cancelled", reason="customer C1 is held: promise"))
    assert told is not None
    assert told.headline == "reminder D+10 withdrawn: customer C1 is held: promise"


def test_a_reminder_withdrawn_by_an_answer_is_part_of_that_news() -> None:
    room = newsroom()
    data = {"customer": "C1", "step": "d+10", "cycle": 0, "reason": "held"}
    assert room.tell(entry("reminder.cancelled", "C1", data, MAIL)) is None
    filed = {"filing": "applied", "reason": "understood", "summary": {"role": "customer"}}
    told = room.tell(entry("mail.filed", "C1", filed, MAIL))
    assert told is not None
    assert told.effects == ("reminder D+10 withdrawn before it left",)


def test_a_call_is_a_task_for_a_person() -> None:
    told = newsroom().tell(reminder("reminder.queued", channel="call", invoices=["FA-1"]))
    assert told is not None
    assert (told.kind, told.headline) == (Kind.TASK, "task for Claire: call about FA-1")


def test_a_mail_and_its_effects_are_one_item() -> None:
    room = newsroom()
    until = "2026-03-20T23:00:00+00:00"
    hold = {"invoice": None, "until": until, "reason": "promise"}
    assert room.tell(entry("hold.placed", "C1", hold, MAIL)) is None
    assert room.tell(entry("promise.recorded", "FA-1", {"pay_by": "2026-03-20"}, MAIL)) is None
    summary = {
        "role": "customer",
        "intents": [
            {
                "intent": "promise_to_pay",
                "quote": "le virement\npart le 20 mars",
                "confidence": 0.9,
            }
        ],
        "evidence": ["answers our mail", "names FA-1"],
    }
    filed = {"filing": "applied", "reason": "understood", "summary": summary}
    assert room.tell(entry("mail.filed", "C1", filed, MAIL)) == News(
        AT,
        Kind.RECEIVED,
        "C1",
        "promises to pay",
        "promises",
        "le virement part le 20 mars",
        "answers our mail",
        ("promise noted: 20 Mar", "silent until 20 Mar (promise)"),
        0.9,
    )


def test_money_goes_to_the_customer_of_the_invoice() -> None:
    told = newsroom().tell(entry("payment.recorded", "FA-1", {"invoice": "FA-1", "amount": 123450}))
    assert told == News(AT, Kind.MONEY, "C1", "1 234,50 € for FA-1", "1 234,50")


def test_a_broken_promise_is_told() -> None:
    told = newsroom().tell(entry("promise.broken", "FA-1", {"id": 1}))
    assert told is not None
    assert (told.kind, told.customer) == (Kind.BROKEN, "C1")


def test_our_own_copy_in_sent_is_no_news() -> None:
    filed = {"filing": "not_ours", "reason": "our own mail", "summary": {"role": "own"}}
    assert newsroom().tell(entry("mail.filed", "C1", filed, MAIL)) is None


def test_a_strangers_mail_is_about_nobody() -> None:
    filed = {"filing": "not_ours", "reason": "no customer", "summary": {"role": "customer"}}
    told = newsroom().tell(entry("mail.filed", "abc", filed, MAIL))
    assert told is not None
    assert (told.kind, told.customer) == (Kind.STRANGER, "")


def test_staff_taking_over_is_told() -> None:
    filed = {"filing": "applied", "reason": "staff wrote", "summary": {"role": "staff_to_customer"}}
    told = newsroom().tell(entry("mail.filed", "C1", filed, MAIL))
    assert told is not None
    assert told.kind is Kind.STAFF


def test_other_entries_are_no_news() -> None:
    assert newsroom().tell(entry("mailbox.first_look", "inbox", {})) is None
