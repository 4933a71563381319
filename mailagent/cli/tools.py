"""For other programs, and for the curious: read one mail, classify one mail, watch the demonstration."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from mailagent.cli.options import JsonOption
from mailagent.cli.output import console, print_json, print_line, safe
from mailagent.core.mail import ParsedMail
from mailagent.message.as_json import as_json as mail_as_json
from mailagent.message.parse import as_mail
from mailagent.message.parse import parse as parse_mail
from mailagent.reading.as_json import as_json as reading_as_json
from mailagent.reading.understand import understand

TIMEZONE = "Europe/Paris"  # of a mail whose company nobody names
CURRENCY = "EUR"

app = typer.Typer()


@app.command()
def parse(
    files: Annotated[list[Path], typer.Argument(help="Mails as files (RFC 5322); - for stdin.")],
    as_json: JsonOption = False,
    as_lines: Annotated[bool, typer.Option("--jsonl", help="One JSON line per file.")] = False,
) -> None:
    """What a mail contains: who, to whom, the new text apart from quotes, attachments, bounces."""
    if as_lines:
        for file in files:
            print_line(_parsed_line(file))
        return
    if len(files) != 1:
        raise typer.BadParameter("give one file, or --jsonl for several")
    found = mail_as_json(parse_mail(_read(files[0])))
    if as_json:
        print_json(found)
        return
    for key, value in found.items():
        told = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        console.print(f"[bold]{key}[/]:", end=" ")
        for line in told.splitlines() or [""]:
            console.print(safe(line), soft_wrap=True)


def _parsed_line(file: Path) -> dict[str, Any]:
    try:
        return {"file": str(file), **mail_as_json(parse_mail(_read(file)))}
    except OSError as error:
        return {"file": str(file), "error": f"{error.strerror or error}"}
    except Exception as error:  # noqa: BLE001 - one bad mail must not end the thousands after it
        return {"file": str(file), "error": f"{type(error).__name__}: {error}"}


@app.command()
def classify(
    file: Annotated[
        str, typer.Argument(help="A mail as a file, or - for stdin; with --jsonl, the lines.")
    ] = "",
    text: Annotated[str, typer.Option("--text", help="The text of a mail instead of a file.")] = "",
    as_json: JsonOption = False,
    as_lines: Annotated[
        bool, typer.Option("--jsonl", help="JSON lines in, JSON lines out.")
    ] = False,
) -> None:
    """What a mail says: intents with their quotes, dates, amounts, and what would be done about it."""
    if as_lines:
        for line in _lines(file):
            print_line(_classified_line(line))
        return
    if bool(text) == bool(file):
        raise typer.BadParameter("give a file, - for stdin, or --text")
    now = datetime.now(UTC)
    mail = as_mail("", text) if text else parse_mail(_read(Path(file)))
    found = _classified(mail, (), _day(mail.date or now))
    if as_json:
        print_json(found)
        return
    for intent in found["intents"]:
        told = f"{intent['intent']} ({intent['confidence']:.2f}): “{intent['quote']}”"
        console.print(safe(told), soft_wrap=True)
    console.print(f"decision: {found['decision']}")


def _lines(file: str) -> Iterator[bytes]:
    """The lines as they come, so that each is answered before the next is there."""
    if file in {"", "-"}:
        yield from (line for line in sys.stdin.buffer if line.strip())
        return
    with Path(file).open("rb") as source:
        yield from (line for line in source if line.strip())


def _classified_line(line: bytes) -> dict[str, Any]:
    """One answer for one line; a line that cannot be read says so and stops nothing."""
    asked: Any = None
    try:
        asked = json.loads(line)
        if not isinstance(asked, dict):
            raise TypeError("it is no JSON object")  # noqa: TRY301 - told like every other fault
        answer = _classified(*_asked(asked))
    except Exception as error:  # noqa: BLE001 - one bad line must not end the thousands after it
        name = asked.get("id") if isinstance(asked, dict) else None
        return {"id": name, "error": f"this line is no request: {error}"}
    return {"id": asked.get("id"), **answer}


def _asked(asked: dict[str, Any]) -> tuple[ParsedMail, tuple[str, ...], date]:
    """The mail of a request, the customer's open invoices, and the day it was written."""
    sent_at = datetime.fromisoformat(asked["sent_at"]) if asked.get("sent_at") else None
    invoices = tuple(str(number) for number in asked.get("invoices") or ())
    body = str(asked.get("body") or "")
    if asked.get("raw"):
        mail = parse_mail(_bytes(body))
        return mail, invoices, _day(sent_at or mail.date or datetime.now(UTC))
    mail = as_mail(str(asked.get("subject") or ""), body)
    return mail, invoices, _day(sent_at or datetime.now(UTC))


def _day(moment: datetime) -> date:
    """The local day; a time without a zone is local already."""
    return (moment.astimezone(ZoneInfo(TIMEZONE)) if moment.tzinfo else moment).date()


def _classified(mail: ParsedMail, invoices: tuple[str, ...], today: date) -> dict[str, Any]:
    return reading_as_json(understand(mail, invoices, today, TIMEZONE, CURRENCY))


def _bytes(text: str) -> bytes:
    """The bytes of a text; half a character becomes a question mark."""
    try:
        return text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return text.encode("utf-8", "replace")


def _read(file: Path) -> bytes:
    return sys.stdin.buffer.read() if str(file) == "-" else file.read_bytes()


@app.command()
def demo(
    seed: Annotated[int, typer.Option(help="The same seed tells the same story.")] = 1,
    keep: Annotated[bool, typer.Option("--keep", help="Leave the servers up afterwards.")] = False,
) -> None:
    """Two months of receivables in a minute, on real servers inside this program; nothing leaves it."""
    from mailagent.sandbox.demo import run_demo  # noqa: PLC0415 - servers are loaded only for this

    raise typer.Exit(asyncio.run(run_demo(seed=seed, keep=keep)))
