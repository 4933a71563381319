"""The first days of the story with the real daemon, real servers and real mail."""

import asyncio
import imaplib
import io
import json
import os
import re
import signal
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from rich.console import Console

from mailagent.sandbox.demo import play
from mailagent.sandbox.story import ZONE, Story, build_story

AT_ONCE = 1_000_000.0  # as fast as the daemon is


def first_days(seed: int, last_day: int) -> Story:
    """The story until the evening of that day of March."""
    return replace(build_story(seed), ends=datetime(2026, 3, last_day, 18, 30, tzinfo=ZONE))


def silent_console() -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, width=100), out


async def test_an_answer_in_the_last_seconds_stops_the_reminder(tmp_path: Path) -> None:
    console, out = silent_console()
    code = await play(first_days(1, 9), tmp_path, console, AT_ONCE)
    told = out.getvalue()
    assert code == 0, told
    assert "All 9 promises kept" in told
    assert "Harrington Interiors Ltd   says it is paid" in told
    assert "so: reminder D+10 withdrawn before it left" in told


def what_left(folder: Path) -> list[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    lines = (folder / "smtp.jsonl").read_text(encoding="utf-8").splitlines()
    mails = [json.loads(line) for line in lines]
    return sorted((m["at"][:10], tuple(m["recipients"]), tuple(m["invoices"])) for m in mails)


async def test_a_seed_repeats_the_story(tmp_path: Path) -> None:
    folders = [tmp_path / "once", tmp_path / "again"]
    for folder in folders:
        folder.mkdir()
        await play(first_days(5, 2), folder, silent_console()[0], AT_ONCE)
    once, again = map(what_left, folders)
    assert once
    assert once == again


class Page(io.StringIO):
    """Paper that tells when certain words are on it."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.printed = asyncio.Event()
        self._words = words

    def write(self, text: str) -> int:
        if self._words in text:
            self.printed.set()
        return super().write(text)


async def test_kept_open_the_mailbox_can_be_read_with_a_mail_client(tmp_path: Path) -> None:
    out = Page("Ctrl-C ends")
    console = Console(file=out, width=100)
    playing = asyncio.create_task(play(first_days(1, 2), tmp_path, console, AT_ONCE, keep=True))
    await asyncio.wait_for(out.printed.wait(), 60)
    port = int(re.findall(r"IMAP\s+127\.0\.0\.1\s+port (\d+)", out.getvalue())[0])
    password = re.findall(r"password\s+(\S+)", out.getvalue())[0]

    def sent_mails() -> int:
        with imaplib.IMAP4("127.0.0.1", port, timeout=10) as client:
            client.login("compta@menuiserie-vauban.example", password)
            return int(client.select("Sent")[1][0])

    assert await asyncio.to_thread(sent_mails) == len(what_left(tmp_path))
    os.kill(os.getpid(), signal.SIGINT)
    assert await asyncio.wait_for(playing, 60) == 0
