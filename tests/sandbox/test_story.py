"""The story repeats with its seed and is complete."""

from datetime import date

from mailagent.documents.invoices_csv import read_invoices
from mailagent.sandbox.story import (
    FIRST_DAY,
    LAST_DAY,
    Character,
    amount_text,
    build_story,
    invoices_csv,
)


def test_each_character_is_there_once() -> None:
    assert [d.character for d in build_story(1).debtors] == list(Character)


def test_twenty_seven_invoices_of_fifteen_customers_fill_two_months() -> None:
    story = build_story(1)
    assert len(story.debtors) == 15
    assert sum(len(d.bills) for d in story.debtors) == 27
    assert (story.ends - story.begins).days == 59


def test_the_same_seed_tells_the_same_story() -> None:
    assert build_story(7) == build_story(7)
    assert build_story(7) != build_story(8)


def test_numbers_follow_the_days_of_issue() -> None:
    bills = sorted((b for d in build_story(3).debtors for b in d.bills), key=lambda b: b.number)
    assert [b.issued for b in bills] == sorted(b.issued for b in bills)


def test_the_importer_reads_the_export() -> None:
    story = build_story(1)
    exports = [
        invoices_csv(story.issued(date.min, FIRST_DAY)),
        invoices_csv(story.issued(FIRST_DAY, LAST_DAY)),
    ]
    files = [read_invoices("export.csv", data, "vauban", "EUR", {}) for data in exports]
    assert [f.problems for f in files] == [()] * len(files)
    rows = [row for file in files for row in file.rows]
    assert {(r.invoice.number, r.invoice.total.amount) for r in rows} == {
        (b.number, b.amount) for d in story.debtors for b in d.bills
    }
    assert {r.customer.ref for r in rows} == {d.ref for d in story.debtors}


def test_amounts_are_written_the_french_way() -> None:
    assert amount_text(123450) == "1 234,50"
    assert amount_text(50000) == "500,00"


def test_some_invoices_are_late_when_the_story_begins_and_others_fall_due_in_it() -> None:
    debtor = build_story(1).debtor("C1005")
    assert debtor.bills[0].due < date(2026, 3, 1) < debtor.bills[1].due
