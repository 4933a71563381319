from __future__ import annotations

import pytest

from tests.cli.conftest import Office


def test_a_whole_journal(office: Office) -> None:
    answer = office("journal", "verify", "--json")

    assert answer.code == 0
    (lambert,) = answer.json["companies"]
    assert lambert["problem"] is None
    assert len(lambert["last_hash"]) == 64
    assert "✓ whole" in office("journal", "verify").out


@pytest.mark.parametrize(
    ("tampering", "why"),
    [
        ("UPDATE journal SET subject = 'FA-9' WHERE seq = 3", "not what was written"),
        ("DELETE FROM journal WHERE seq = 3", "entry 3 is missing"),
    ],
)
def test_a_changed_journal(office: Office, tampering: str, why: str) -> None:
    office.sql("DROP TRIGGER IF EXISTS journal_update")
    office.sql("DROP TRIGGER IF EXISTS journal_delete")
    office.sql(tampering)

    answer = office("journal", "verify")

    assert answer.code == 1
    assert why in answer.out
    assert why in office("journal", "verify", "--json").json["companies"][0]["problem"]


def test_a_break_on_a_later_page_is_found(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mailagent.cli.diagnosis.CHUNK", 2)
    assert office("journal", "verify").code == 0

    office.sql("UPDATE journal SET previous = '' WHERE seq = 5")

    assert office("journal", "verify").code == 1


def test_journal_shows_the_newest(office: Office) -> None:
    entries = office("journal", "show", "--json", "--last", "3").json["entries"]

    assert len(entries) == 3
    assert entries[0]["seq"] + 2 == entries[2]["seq"]
    assert entries[2]["cause"].keys() == {"kind", "ref"}
    assert "reminder.queued" in office("journal", "show").out


def test_doctor_without_servers_says_what_to_do(office: Office) -> None:
    answer = office("doctor", "--json")

    assert answer.code == 1
    assert answer.json["ok"] is False
    findings = {f["what"]: f for f in answer.json["findings"]}
    assert findings["configuration"]["ok"]
    assert findings["tables"]["ok"]
    assert not findings["IMAP 127.0.0.1:9"]["ok"]
    assert not findings["inbox"]["ok"]
    assert all(f["hint"] for f in answer.json["findings"] if not f["ok"])
    assert "→ Check host, port and encryption." in office("doctor").out


def test_doctor_of_an_unsound_configuration(office: Office) -> None:
    office.company.write_text("mode = 'loud'\n", "utf-8")

    answer = office("doctor", "--json")

    assert answer.code == 1
    assert "mode" in [f["what"] for f in answer.json["findings"]]


def test_doctor_of_a_damaged_database_still_looks_at_the_servers(office: Office) -> None:
    office.database.write_bytes(b"no database" * 500)

    answer = office("doctor", "--json")

    assert answer.code == 1
    findings = {f["what"]: f for f in answer.json["findings"]}
    assert "file is not a database" in findings["tables"]["detail"]
    assert "SMTP 127.0.0.1:9" in findings


def test_check_of_a_sound_configuration(office: Office) -> None:
    answer = office("check")

    assert answer.code == 0
    assert "is sound: lambert." in answer.out


def test_check_tells_every_problem_at_once(office: Office) -> None:
    text = office.company.read_text("utf-8")
    text = text.replace("FR76 3000 6000 0112 3456 7890 189", "FR76 3000 6000 0112 3456 7890 188")
    text = text.replace("732 829 320", "732 829 321").replace("[imap]", "[imap]\nhots = 1")
    office.company.write_text(text, "utf-8")
    office.file("mailagent.toml", 'log_level = "loud"\n')

    answer = office("check")

    assert answer.code == 1
    for words in ("mailagent.toml:1", "log_level", "legal.registration", "bank.iban", "imap.hots"):
        assert words in answer.err
    assert "4 problems in the configuration." in answer.err


def test_check_can_log_in(office: Office) -> None:
    answer = office("check", "--login")

    assert answer.code == 1
    assert "✗ lambert: IMAP 127.0.0.1:9" in answer.out
