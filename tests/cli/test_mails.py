from __future__ import annotations

from datetime import datetime

import pytest

from mailagent.core.decisions import Filing
from mailagent.core.outbox import OutboxState
from mailagent.flows.setup import Setup
from mailagent.store.database import Database
from tests.cli.conftest import WHEN, Office


def send_and_lose_the_answer(office: Office) -> None:
    """Mail 1 was being transmitted when its sender died."""
    office.sql("UPDATE outbox SET state = 'unknown', attempts = 1 WHERE id = 1")


def receive(office: Office) -> None:
    async def work(db: Database, setup: Setup) -> None:
        async with db.transaction(setup.company.id) as tx:
            await tx.inbox.add(
                mailbox="inbox", uidvalidity=1, uid=1, digest="0" * 64, message_id="<a@b>",
                sender="port@client.example", subject="Re", received_at=WHEN,
                filing=Filing.WAITING, reason="it is [not] certain\x1b[2J", customer="C1",
                summary={"intents": [{"intent": "paid"}]},
            )  # fmt: skip

    office.do(work)


def test_outbox_lists_the_newest_first(office: Office) -> None:
    answer = office("outbox", "--json")

    assert [mail["id"] for mail in answer.json["mails"]] == [2, 1]
    assert [m["id"] for m in office("outbox", "--json", "--limit", "1").json["mails"]] == [2]


def test_outbox_as_json(office: Office) -> None:
    mail = office("outbox", "--json").json["mails"][-1]

    assert (mail["state"], mail["step"], mail["cycle"]) == ("held", "d+3", 0)
    assert mail["balances"] == [{"invoice": "FA-1", "amount": 123450, "currency": "EUR"}]
    assert datetime.fromisoformat(mail["created_at"]).tzinfo
    assert "fence" not in mail


def test_outbox_of_one_state(office: Office) -> None:
    office("outbox", "discard", "1")

    assert [m["id"] for m in office("outbox", "--json", "--state", "held").json["mails"]] == [2]
    assert "no such mail" in office("outbox", "--state", "sent").out
    assert "garage@client.example" in office("outbox").out


def test_show_reads_like_the_customers_mail(office: Office) -> None:
    answer = office("outbox", "show", "1")

    assert "To: port@client.example" in answer.out
    assert "FA-1" in answer.out
    assert "Menuiserie Lambert" in answer.out
    assert "quoted-printable" not in answer.out


def test_show_raw_gives_the_exact_bytes(office: Office) -> None:
    answer = office("outbox", "show", "1", "--raw")

    assert answer.out.startswith("From: ")
    assert f"Message-ID: {office.mail(1).message_id}\r\n" in answer.out


def test_approve_queues_and_writes_anew(office: Office) -> None:
    before = office.mail(1)

    assert "2 mails queued." in office("outbox", "approve", "1", "2").out

    after = office.mail(1)
    assert after.state is OutboxState.QUEUED
    assert after.message_id == before.message_id
    assert after.planned_for > before.planned_for


def test_approve_all_or_none(office: Office) -> None:
    answer = office("outbox", "approve", "1", "99")

    assert answer.code == 2
    assert "There is no mail 99; see `mailagent outbox`." in answer.err
    assert office.mail(1).state is OutboxState.HELD


def test_release_of_a_mail_in_doubt_sends_it_again(office: Office) -> None:
    send_and_lose_the_answer(office)

    assert office("outbox", "release", "1").code == 0

    assert office.mail(1).state is OutboxState.QUEUED


def test_discard_of_a_mail_in_doubt_counts_it_as_sent(office: Office) -> None:
    send_and_lose_the_answer(office)

    assert office("outbox", "discard", "1").code == 0

    assert office.mail(1).state is OutboxState.SENT


def test_discard_of_another_frees_its_step(office: Office) -> None:
    assert "1 mail given up." in office("outbox", "discard", "2").out

    assert office.mail(2).state is OutboxState.CANCELLED
    assert not office("why", "--json", "FA-2").json["reminders"][0]["live"]


def test_what_is_over_cannot_be_discarded(office: Office) -> None:
    office("outbox", "discard", "1")

    answer = office("outbox", "discard", "1")

    assert answer.code == 2
    assert "Mail 1 is cancelled" in answer.err


def test_inbox_as_json(office: Office) -> None:
    receive(office)

    (mail,) = office("inbox", "--json").json["mails"]

    assert (mail["filing"], mail["customer"]) == ("waiting", "C1")
    assert datetime.fromisoformat(mail["received_at"]).tzinfo
    assert office("inbox", "--json", "--filing", "applied").json == {"mails": []}


def test_inbox_for_people_shows_nothing_that_drives_a_terminal(office: Office) -> None:
    receive(office)

    answer = office("inbox")

    assert "it is [not] certain" in answer.out
    assert "\x1b" not in answer.out


@pytest.mark.parametrize("number", ["9", str(2**63), "9" * 30])
@pytest.mark.parametrize("command", ["show", "approve", "release", "discard"])
def test_a_mail_that_there_is_not(office: Office, command: str, number: str) -> None:
    answer = office("outbox", command, number)

    assert (answer.code, answer.out) == (2, "")
    assert "Traceback" not in answer.err
