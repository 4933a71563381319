from __future__ import annotations

import json
from typing import Any

import pytest

from tests.cli.conftest import run_main

MAIL = (
    "From: Anne <anne@client.example>\r\nTo: us@lambert.example\r\nSubject: Re: FA-1\r\n"
    "Message-ID: <1@client.example>\r\nDate: Mon, 02 Mar 2026 10:00:00 +0100\r\n"
    "Content-Type: text/plain; charset=utf-8\r\n\r\nNous réglerons le 15 mars.\r\n"
)
PARSED = {
    "message_id", "from", "to", "cc", "reply_to", "subject", "date", "text", "new_text",
    "quoted_text", "signature", "attachments", "auto_reply", "bounce", "forwarded",
}  # fmt: skip
READ = {"intents", "language", "fields", "flags", "decision", "model"}


@pytest.fixture
def mail(tmp_path_factory: pytest.TempPathFactory) -> str:
    file = tmp_path_factory.mktemp("mail") / "réponse.eml"
    file.write_bytes(MAIL.encode())
    return str(file)


def lines(requests: list[Any]) -> bytes:
    return "".join(json.dumps(r) + "\n" for r in requests).encode()


def test_parse_as_json(mail: str) -> None:
    answer = run_main("parse", "--json", mail)

    assert answer.code == 0
    assert answer.json.keys() >= PARSED
    assert answer.json["from"] == [{"address": "anne@client.example", "name": "Anne"}]
    assert answer.json["date"] == "2026-03-02T10:00:00+01:00"


def test_parse_from_stdin() -> None:
    assert run_main("parse", "--json", "-", stdin=MAIL.encode()).json["subject"] == "Re: FA-1"


def test_parse_for_people(mail: str) -> None:
    assert "new_text: Nous réglerons le 15 mars." in run_main("parse", mail).out


def test_parse_many_goes_on_after_a_file_that_cannot_be_read(mail: str) -> None:
    answer = run_main("parse", "--jsonl", mail, "/nowhere.eml", "/", mail)

    first, missing, folder, last = map(json.loads, answer.out.splitlines())
    assert answer.code == 0
    assert first["file"] == last["file"] == mail
    assert missing == {"file": "/nowhere.eml", "error": "No such file or directory"}
    assert folder["error"] == "Is a directory"


@pytest.mark.parametrize("command", ["parse", "classify"])
def test_a_missing_file_is_a_sentence(command: str) -> None:
    answer = run_main(command, "--json", "/nowhere.eml")

    assert (answer.code, answer.out) == (2, "")
    assert answer.err == "✗ /nowhere.eml: no such file or directory.\n"


def test_classify_as_json(mail: str) -> None:
    answer = run_main("classify", "--json", mail)

    assert answer.json.keys() == READ
    (intent,) = answer.json["intents"]
    assert intent.keys() == {"intent", "confidence", "quote", "invoices"}
    assert intent["intent"] == "promise_to_pay"
    assert answer.json["fields"].keys() == {
        "paid_date", "promised_date", "return_date", "amount", "currency", "instalments",
        "invoice_numbers", "references",
    }  # fmt: skip
    assert answer.json["fields"]["promised_date"] == "2026-03-15"
    assert answer.json["decision"] in {"apply", "propose", "ask"}


def test_classify_a_text_for_people() -> None:
    answer = run_main("classify", "--text", "We paid [all] of it yesterday.")

    assert "paid (" in answer.out
    assert "[all]" in answer.out
    assert "decision: " in answer.out


def test_classify_needs_exactly_one_mail(mail: str) -> None:
    assert run_main("classify").code == 2
    assert run_main("classify", mail, "--text", "x").code == 2


def test_classify_lines() -> None:
    requests = [
        {"id": "a", "subject": "Re", "body": "Virement fait le 2 mars.",
         "sent_at": "2026-03-03T08:00:00Z", "invoices": ["FA-1"]},
        {"id": "b", "body": MAIL, "raw": True},
    ]  # fmt: skip

    answer = run_main("classify", "--jsonl", stdin=lines(requests))

    paid, promised = map(json.loads, answer.out.splitlines())
    assert paid.keys() == promised.keys() == READ | {"id"}
    assert (paid["id"], paid["intents"][0]["intent"]) == ("a", "paid")
    assert paid["fields"]["paid_date"] == "2026-03-02"
    assert promised["fields"]["promised_date"] == "2026-03-15"


def test_a_raw_mail_is_dated_by_itself() -> None:
    request = {"id": 1, "raw": True, "body": MAIL.replace("le 15 mars", "demain")}

    answer = run_main("classify", "--jsonl", "-", stdin=lines([request]))

    assert answer.json["fields"]["promised_date"] == "2026-03-03"


def test_the_day_of_a_request_is_the_local_one() -> None:
    request = {"id": 1, "body": "Nous paierons demain.", "sent_at": "2026-03-02T23:30:00Z"}

    answer = run_main("classify", "--jsonl", stdin=lines([request]))

    assert answer.json["fields"]["promised_date"] == "2026-03-04"  # it is the 3rd in Paris


@pytest.mark.parametrize(
    ("line", "name"),
    [
        (b"no json", None),
        (b"[1, 2]", None),
        (b"\xff\xfe\xfd", None),
        (b"[" * 100_000, None),
        (b'{"id": 7, "sent_at": "soon"}', 7),
        (b'{"id": 8, "sent_at": 5}', 8),
        (b'{"id": 9, "invoices": 5}', 9),
    ],
)
def test_a_bad_line_is_told_and_stops_nothing(line: bytes, name: object) -> None:
    answer = run_main("classify", "--jsonl", stdin=line + b'\n\n{"id": "next", "body": "Merci"}\n')

    bad, good = map(json.loads, answer.out.splitlines())
    assert answer.code == 0
    assert bad["id"] == name
    assert "this line is no request" in bad["error"]
    assert good["id"] == "next"


def test_half_a_character_stops_nothing() -> None:
    answer = run_main("classify", "--jsonl", stdin=b'{"id": "\\ud83d", "body": "ok \\ud83d"}\n')

    assert answer.json["id"] == "\ud83d"
    assert answer.json["intents"]


def test_a_thousand_mails_in_one_process(mail: str) -> None:
    answer = run_main("parse", "--jsonl", *[mail] * 1000)

    assert len(answer.out.splitlines()) == 1000
