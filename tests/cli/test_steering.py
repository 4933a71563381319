from __future__ import annotations

from datetime import date, timedelta

import pytest

from tests.cli.conftest import Office


def tomorrow() -> str:
    return (date.today() + timedelta(days=1)).isoformat()  # noqa: DTZ011 - the command's own day


def test_hold_and_resume_an_invoice(office: Office) -> None:
    assert office("hold", "FA-1", "--until", tomorrow()).code == 0
    assert office("why", "--json", "FA-1").json["standing"] == "held"
    assert office.mail(1).state == "cancelled"

    assert "1 hold lifted." in office("resume", "FA-1").out
    assert office("why", "--json", "FA-1").json["standing"] != "held"


def test_hold_a_customer_holds_all_his_invoices(office: Office) -> None:
    office("hold", "C2", "--by", "Claire")

    assert office("why", "--json", "FA-2").json["holds"][0]["whole_customer"]
    entry = office("journal", "show", "--json").json["entries"][-2:]
    assert {"kind": "person", "ref": "Claire"} in [e["cause"] for e in entry]


@pytest.mark.parametrize(("day", "why"), [("soon", "is not a date"), ("2020-01-31", "is over")])
def test_hold_until_a_day_that_cannot_be(office: Office, day: str, why: str) -> None:
    answer = office("hold", "FA-1", "--until", day)

    assert answer.code == 2
    assert why in answer.err


def test_hold_of_something_unknown(office: Office) -> None:
    answer = office("hold", "nobody")

    assert answer.code == 2
    assert "neither an invoice nor a customer" in answer.err


def test_pause_and_resume_all_sending(office: Office) -> None:
    assert "sending is paused" in office("pause", "--reason", "stocktaking").out
    assert office("status", "--json").json["companies"][0]["paused"] == "stocktaking"

    assert "sending goes on" in office("resume").out
    assert office("status", "--json").json["companies"][0]["paused"] is None
    assert "was not paused" in office("resume").out


def test_review_lists_what_waits(office: Office) -> None:
    number = office.ask("C1", ("FA-1",))

    (one,) = office("review", "--json").json["reviews"]

    assert one["id"] == number
    assert (one["kind"], one["customer"], one["invoices"]) == ("mail", "C1", ["FA-1"])
    assert "Whose is it?" in office("review").out


def test_a_matter_without_a_customer_can_be_closed(office: Office) -> None:
    number = office.ask(None)

    assert office("review", "close", str(number), "--by", "Claire").code == 0

    assert office("review", "--json").json == {"reviews": []}
    assert "Nothing waits" in office("review").out
    last = office("journal", "show", "--json", "--last", "1").json["entries"][0]
    assert (last["event"], last["cause"]["ref"]) == ("review.closed", "Claire")


def test_closing_what_does_not_wait_closes_nothing(office: Office) -> None:
    number = office.ask(None)

    answer = office("review", "close", str(number), "99")

    assert answer.code == 2
    assert "No matter 99 waits for a person" in answer.err
    assert len(office("review", "--json").json["reviews"]) == 1
