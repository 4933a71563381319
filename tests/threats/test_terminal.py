"""What the commands print of a hostile mail: nothing drives the terminal, and JSON stays JSON."""

from __future__ import annotations

import json

import pytest

from tests.cli.conftest import run_main
from tests.threats.test_injection import harmless

EVIL = "\x1b]0;owned\x07\x9b31m \u202egnp.exe\u200b [red]x[/red] {{7*7}} ${7*7}"
MAIL = (
    f"From: Anne <a@b.example>\r\nSubject: {EVIL}\r\nContent-Type: text/plain; charset=utf-8\r\n"
    f"Content-Disposition: inline\r\n\r\nNous contestons la facture. {EVIL}\r\n"
).encode()
HALF = (
    b"From: a@b.example\r\nSubject: x\r\nContent-Type: text/plain; charset=utf-7\r\n\r\n"
    b"Nous contestons +2AA- la facture."
)


@pytest.mark.parametrize("mail", [MAIL, HALF], ids=["escapes", "half characters"])
@pytest.mark.parametrize("command", ["parse", "classify"])
def test_a_hostile_mail_is_shown_harmless(command: str, mail: bytes):
    answer = run_main(command, "-", stdin=mail)
    assert answer.code == 0
    assert harmless(answer.out.replace("\n", ""))


@pytest.mark.parametrize("mail", [MAIL, HALF], ids=["escapes", "half characters"])
@pytest.mark.parametrize("command", ["parse", "classify"])
def test_a_hostile_mail_gives_sound_json(command: str, mail: bytes):
    answer = run_main(command, "--json", "-", stdin=mail)
    assert answer.code == 0
    assert harmless(answer.out.replace("\n", ""))
    assert json.loads(answer.out)


def test_a_file_name_of_any_bytes_gives_its_line(tmp_path):
    answer = run_main(
        "parse", "--jsonl", str(tmp_path / "no\udcffthing"), str(tmp_path / "\x1b[2J")
    )
    assert answer.code == 0
    assert [set(json.loads(line)) for line in answer.out.splitlines()] == [{"file", "error"}] * 2
