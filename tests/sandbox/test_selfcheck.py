"""The self-check finds every lie: a true story, and one that breaks each promise."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from mailagent.sandbox.acts import Author, Hush
from mailagent.sandbox.evidence import Evidence
from mailagent.sandbox.selfcheck import check_promises
from tests.sandbox.make import (
    BILL,
    DEBTOR,
    MONDAY,
    STORY,
    TUESDAY,
    account,
    answer,
    heard,
    journal,
    mail_to,
    outbox_mail,
    stored,
    submitted,
    true_story,
    with_books,
)


def broken(evidence: Evidence) -> list[str]:
    return [check.promise for check in check_promises(evidence) if not check.ok]


def also_sent(raw: bytes, days: int, to: str = DEBTOR.contact.address) -> Evidence:
    """The true story and one more mail that left, so many days after the first."""
    true = true_story()
    books = replace(true.books, outbox=(*true.books.outbox, outbox_mail(raw, 2)))
    mail = submitted(raw, MONDAY + timedelta(days=days), to)
    return replace(true, submitted=(*true.submitted, mail), books=books)


def test_a_true_story_breaks_no_promise() -> None:
    assert broken(true_story()) == []


def test_each_kept_promise_tells_its_numbers() -> None:
    details = {check.promise: check.detail for check in check_promises(true_story())}
    assert details["P4"] == "1 mails: 1 applied, 0 for Claire, 0 not ours, 0 set aside"
    assert all(details.values())


def read_too_late() -> Evidence:
    """P1: the answer lay unread while a reminder left."""
    evidence = also_sent(mail_to(DEBTOR, BILL, "encore"), days=2)
    (post,) = evidence.posts
    return with_books(evidence, journal=journal(*heard(post, TUESDAY + timedelta(days=7))))


def reminded_before_the_promised_day() -> Evidence:
    return also_sent(mail_to(DEBTOR, BILL, "encore"), days=10)


def reminded_of_another_invoice_the_next_day() -> Evidence:
    """P2: the promise is about one invoice, but any mail brings some days of silence."""
    return also_sent(mail_to(DEBTOR, DEBTOR.bills[1]), days=2)


def unheard() -> Evidence:
    """P2: the mail was filed, but nothing was held."""
    evidence = true_story()
    (post,) = evidence.posts
    return with_books(evidence, journal=journal(heard(post)[1]))


def spoke_over_staff() -> Evidence:
    evidence = also_sent(mail_to(DEBTOR, BILL, "encore"), days=23)
    staff = answer(Hush(date(2026, 3, 30)), Author.STAFF, MONDAY + timedelta(days=21))
    books = replace(
        evidence.books, journal=journal(*heard(evidence.posts[0]), *heard(staff, staff.at))
    )
    return replace(
        evidence,
        posts=(*evidence.posts, staff),
        mailbox=(*evidence.mailbox, stored(staff, 102)),
        books=books,
    )


def lost_a_mail() -> Evidence:
    return with_books(true_story(), received=())


def filed_without_reason() -> Evidence:
    evidence = true_story()
    (mail,) = evidence.books.received
    return with_books(evidence, received=(replace(mail, reason=""),))


def sent_twice() -> Evidence:
    evidence = true_story()
    return replace(evidence, submitted=evidence.submitted * 2)


def sent_but_not_recorded() -> Evidence:
    return with_books(true_story(), outbox=())


def one_step_twice() -> Evidence:
    one = account()
    return with_books(true_story(), accounts=(replace(one, reminders=one.reminders * 2),))


def believed_a_claim() -> Evidence:
    return replace(true_story(), pays=())


def changed_an_address_by_mail() -> Evidence:
    return with_books(true_story(), accounts=(account(address="compta@ailleurs.example"),))


def mentioned_another_customer() -> Evidence:
    other = STORY.debtor("C1005")
    raw = mail_to(DEBTOR, BILL, f"comme {other.bills[0].number}")
    return also_sent(raw, days=23)


def wrote_to_nobodys_contact() -> Evidence:
    return also_sent(mail_to(DEBTOR, BILL, "encore"), days=23, to="ami@ailleurs.example")


def changed_the_journal() -> Evidence:
    evidence = true_story()
    first, *rest = evidence.books.journal
    return with_books(evidence, journal=(replace(first, subject="C9"), *rest))


def held_without_evidence() -> Evidence:
    evidence = true_story()
    (post,) = evidence.posts
    (at, event, data), filed = heard(post)
    return with_books(evidence, journal=journal((at, event, data | {"evidence": ""}), filed))


def counted_readers() -> Evidence:
    raw = mail_to(DEBTOR, BILL, "encore", html='<p>Bonjour<img src="https://x.example/p"></p>')
    return also_sent(raw, days=23)


@pytest.mark.parametrize(
    ("lie", "promises"),
    [
        (read_too_late, ["P1", "P2"]),
        (reminded_before_the_promised_day, ["P2"]),
        (reminded_of_another_invoice_the_next_day, ["P2"]),
        (unheard, ["P2"]),
        (spoke_over_staff, ["P3", "P4"]),
        (lost_a_mail, ["P4"]),
        (filed_without_reason, ["P4"]),
        (sent_twice, ["P5"]),
        (sent_but_not_recorded, ["P5"]),
        (one_step_twice, ["P5"]),
        (believed_a_claim, ["P6"]),
        (changed_an_address_by_mail, ["P6"]),
        (mentioned_another_customer, ["P7"]),
        (wrote_to_nobodys_contact, ["P7"]),
        (changed_the_journal, ["P8"]),
        (held_without_evidence, ["P8"]),
        (counted_readers, ["P10"]),
    ],
    ids=lambda value: value.__name__ if callable(value) else None,
)
def test_a_lie_breaks_its_promise(lie: Callable[[], Evidence], promises: list[str]) -> None:
    assert broken(lie()) == promises


def test_the_first_violation_is_told_with_the_number_of_others() -> None:
    (p2,) = [c for c in check_promises(reminded_before_the_promised_day()) if not c.ok]
    assert p2.detail.startswith("Imprimerie Rochefort was reminded on 12 Mar 08:31, although:")


def test_a_message_id_is_no_remote_content() -> None:
    raw = mail_to(DEBTOR, BILL).replace(b"<FA", b"<imgFA")
    assert broken(also_sent(raw, days=23)) == []
