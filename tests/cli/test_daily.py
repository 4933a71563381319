from __future__ import annotations

from datetime import date, datetime

import pytest

from mailagent.cli.daily import _SILENCE
from mailagent.core.decisions import Cause, CauseKind
from mailagent.core.plan import SilenceReason
from mailagent.flows.records import Records
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from tests.cli.conftest import WHEN, Office


def test_status_as_json(office: Office) -> None:
    answer = office("status", "--json")

    assert answer.code == 0
    (lambert,) = answer.json["companies"]
    assert datetime.fromisoformat(answer.json["at"]).tzinfo
    assert lambert["company"] == "lambert"
    assert lambert["mode"] == "shadow"
    assert lambert["open_balances"] == [{"amount": 223450, "currency": "EUR"}]
    assert lambert["outbox"]["held"] == 2
    assert sum(lambert["invoices"].values()) == 3
    assert lambert["fresh"] is False


def test_status_for_people(office: Office) -> None:
    office.ask(None)

    answer = office("status")

    assert "€2,234.50" in answer.out
    assert "1: Whose is it?" in answer.out
    assert "mailagent review close" in answer.out


def test_plan_as_json(office: Office) -> None:
    planned = office("plan", "--json").json["planned"]

    first = planned[0]
    assert {"company", "day", "customer", "step", "channel", "invoices", "balances"} <= {*first}
    assert date.fromisoformat(first["day"])
    assert all(isinstance(b["amount"], int) and b["currency"] for b in first["balances"])


def test_plan_for_people(office: Office) -> None:
    answer = office("plan", "--days", "30")

    assert answer.code == 0
    assert "The next 30 days" in answer.out


def test_why_tells_standing_facts_and_journal(office: Office) -> None:
    told = office("why", "--json", "fa 1").json  # as people write it

    assert told["invoice"] == "FA-1"
    assert told["customer"] == {"ref": "C1", "name": "Café du Port"}
    assert (told["balance_due"], told["currency"]) == (123450, "EUR")
    assert [r["step"] for r in told["reminders"]] == ["d+3"]
    assert "reminder.queued" in [entry["event"] for entry in told["journal"]]
    assert all(datetime.fromisoformat(entry["at"]).tzinfo for entry in told["journal"])


def test_why_for_people(office: Office) -> None:
    office("hold", "FA-1", "--reason", "claire [phoned]")

    answer = office("why", "FA-1")

    assert "FA-1 of Café du Port: held, €1,234.50 open" in answer.out
    assert "claire [phoned]" in answer.out


def test_why_nothing_is_due_is_told_in_words(office: Office) -> None:
    assert "(its day has not come)" in office("why", "FA-3").out
    assert {*_SILENCE} == {*SilenceReason}


@pytest.mark.parametrize(
    ("paid", "told"), [("1234.50", "settled, nothing open"), ("1300", "€65.50 more than owed")]
)
def test_why_of_an_invoice_that_is_paid(office: Office, paid: str, told: str) -> None:
    file = office.file("p.csv", f"invoice,amount,date\nFA-1,{paid},2026-03-09\n")
    assert office("import", "payments", file).code == 0

    answer = office("why", "FA-1")

    assert told in answer.out
    assert "past due" not in answer.out


def test_why_of_an_unknown_invoice(office: Office) -> None:
    answer = office("why", "--json", "FA-9")

    assert (answer.code, answer.out) == (2, "")
    assert "Invoice FA-9 is not known" in answer.err


def test_of_several_companies_one_must_be_named(office: Office) -> None:
    text = office.company.read_text("utf-8").replace("comptabilite@", "autre@")
    (office.folder / "companies" / "second.toml").write_text(text, "utf-8")
    secret = office.folder / "credentials" / "second_imap_password"
    secret.write_text("x")
    secret.chmod(0o600)

    assert len(office("status", "--json").json["companies"]) == 2
    assert "--company lambert|second" in office("why", "FA-1").err
    assert office("why", "FA-1", "--company", "lambert").code == 0
    assert "there is no company 'x'" in office("plan", "-c", "x").err


def test_a_fact_recorded_elsewhere_is_seen(office: Office) -> None:
    async def work(db: Database, setup: Setup) -> None:
        async with db.transaction(setup.company.id) as tx:
            records = Records(tx, Cause(CauseKind.MAIL, "0" * 64), WHEN)
            await records.promise("C1", "FA-1", date(2999, 1, 1), None, "on New Year's day")

    office.do(work)

    (promise,) = office("why", "--json", "FA-1").json["promises"]
    assert promise["pay_by"] == "2999-01-01"
