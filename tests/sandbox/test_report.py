"""The last page: customers, open questions, promises."""

import io
import re
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console

from mailagent.sandbox.report import print_hints, print_intro, print_report
from mailagent.sandbox.selfcheck import Check, check_promises
from mailagent.sandbox.view import Row
from mailagent.store.reviews import Review
from tests.sandbox.make import STORY, true_story, with_books

ROWS = {debtor.ref: Row(0, "all paid", "green") for debtor in STORY.debtors}
REVIEW = Review(
    1, "mail", "C1005", (), "Pharmacie Perrache contests what we claim. Who is right?", "", datetime(2026, 3, 5, tzinfo=UTC)
)  # fmt: skip


def printed(checks: tuple[Check, ...]) -> str:
    out = io.StringIO()
    evidence = with_books(true_story(), waiting=(REVIEW,))
    print_report(Console(file=out, width=100), evidence, ROWS, checks, seconds=58.2)
    return out.getvalue()


def test_a_good_end() -> None:
    page = printed(check_promises(true_story()))
    assert all(debtor.name in page for debtor in STORY.debtors)
    assert re.search(r"5 Mar +Pharmacie Perrache contests what we claim. Who is right\?", page)
    assert "All 9 promises kept in 60 days, told in 58 seconds." in page
    assert max(len(line) for line in page.splitlines()) <= 100


def test_a_broken_promise_is_named() -> None:
    checks = (
        Check("P1", "no reminder after an answer", ok=False, detail="Paul was reminded"),
        Check("P2", "a human mail brings silence", ok=True, detail="1 answer"),
    )
    page = printed(checks)
    assert "✗  P1  no reminder after an answer  Paul was reminded" in page
    assert "1 of 2 promises broken" in page


def test_who_did_not_end_as_expected_is_marked() -> None:
    lines = printed(()).splitlines()
    insolvent = next(line for line in lines if "insolvent" in line)
    punctual = next(line for line in lines if "pays on time" in line)
    assert insolvent.startswith("✗")  # nobody in liquidation pays everything
    assert punctual.startswith("✓")
    assert (
        "Not as their characters make one expect: Pharmacie Perrache, Coiffure Élégance"
        in " ".join(lines)
    )


def test_eighty_columns_cut_nothing() -> None:
    longest = Row(960_000, "unreachable until 31 Mar", "yellow")
    out = io.StringIO()
    print_report(
        Console(file=out, width=80),
        with_books(true_story(), waiting=(REVIEW,)),
        {debtor.ref: longest for debtor in STORY.debtors},
        check_promises(true_story()),
        seconds=58.2,
    )
    lines = out.getvalue().splitlines()
    assert max(map(len, lines)) <= 80
    assert "…" not in out.getvalue()
    for debtor in STORY.debtors:
        (line,) = (line for line in lines if debtor.name in line and "9 600,00" in line)
        assert line.endswith("unreachable until 31 Mar")


def test_the_hints_say_all_that_thunderbird_asks() -> None:
    out = io.StringIO()
    print_hints(Console(file=out, width=100), STORY, Path("/tmp/x/config"), 1143, 1587, "s3cret")
    page = out.getvalue()
    for fact in (
        STORY.company.address,
        "Claire Martin",
        "s3cret",
        "1143",
        "1587",
        "/tmp/x/config why FA-",
    ):
        assert fact in page


def test_the_introduction_fits_a_hundred_columns() -> None:
    out = io.StringIO()
    print_intro(Console(file=out, width=100), STORY)
    assert "15 customers and 27 invoices" in out.getvalue()
    assert max(len(line) for line in out.getvalue().splitlines()) <= 100
