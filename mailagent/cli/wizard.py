"""`mailagent init`: ask what is needed, prove that it works, write the files. It begins in shadow."""

from __future__ import annotations

import getpass
import json
import os
import re
import shutil
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import typer
from stdnum import iban
from stdnum.fr import siren

from mailagent.cli.app import run
from mailagent.cli.output import console, errors, print_findings, safe
from mailagent.config import load
from mailagent.errors import ConfigError
from mailagent.flows.checkup import Finding, check_servers

PROVIDERS = {  # domain of the address -> (IMAP, SMTP, plus addressing, files sent mail by itself)
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com", True, True),
    "orange.fr": ("imap.orange.fr", "smtp.orange.fr", False, False),
    "free.fr": ("imap.free.fr", "smtp.free.fr", False, False),
    "sfr.fr": ("imap.sfr.fr", "smtp.sfr.fr", False, False),
    "laposte.net": ("imap.laposte.net", "smtp.laposte.net", False, False),
    "gmx.de": ("imap.gmx.net", "mail.gmx.net", False, False),
}
_WITHOUT_CAPITAL = frozenset({"EI", "EIRL", "MICRO", "ASSOCIATION"})


@dataclass(frozen=True, slots=True)
class Answers:
    """What was asked for."""

    name: str  # of the file
    address: str
    legal_name: str
    legal_form: str
    capital: str
    registration: str
    registry: str
    vat_number: str
    seat: tuple[str, ...]
    iban: str
    sender_name: str
    imap: str
    smtp: str
    plus_addressing: bool
    files_sent: bool
    password: str
    staff: tuple[str, ...]


def ask_and_write(folder: Path) -> None:
    """The whole conversation; nothing is written before it is sound."""
    console.print(
        "[bold]A new company for mailagent.[/] Nothing is sent until you leave shadow mode."
    )
    answers = _ask(folder)
    with tempfile.TemporaryDirectory() as draft:
        _write(answers, Path(draft))
        try:
            settings = load(Path(draft), {"HOME": draft})
        except ConfigError as error:
            for problem in error.problems:
                errors.print(f"[bold red]✗[/] {safe(str(problem))}", soft_wrap=True)
            errors.print("Nothing was written. Please begin again with these corrected.")
            raise typer.Exit(2) from None
    config = settings.companies[0]
    _tell_logins(run(check_servers(answers.name, config.imap, config.smtp)))
    written = _write(answers, folder)
    console.print("\n[bold green]Written:[/]")
    for path in written:
        console.print(f"  {path}", soft_wrap=True)
    console.print(
        "\nNext: [bold]mailagent import invoices FILE.csv[/], then [bold]mailagent plan[/] to see what would "
        "be sent, then [bold]mailagent run[/]. It stays in shadow mode until you set mode in "
        f"companies/{answers.name}.toml.",
        soft_wrap=True,
    )


def _tell_logins(findings: list[Finding]) -> None:
    print_findings(findings)
    if all(f.ok for f in findings):
        return
    if not typer.confirm("The mail servers cannot be used yet. Write the files all the same?"):
        errors.print("Nothing was written.")
        raise typer.Exit(1)


def _ask(folder: Path) -> Answers:
    address = _prompt("Mailbox that customers write to", _is_address).lower()
    domain = address.rpartition("@")[2]
    legal_name = _prompt("Registered name of the company")
    name = _prompt("Short name, for files and commands", _is_new(folder), default=_slug(legal_name))
    form = _prompt("Legal form (SARL, SAS, EI ...)", default="SARL").upper()
    has_capital = form not in _WITHOUT_CAPITAL
    registration = _prompt("SIREN", siren.is_valid, hint="Nine digits.")
    registry = _prompt("Register, as in RCS Lyon") if has_capital else ""
    capital = _prompt("Share capital, as in 10 000 €") if has_capital else ""
    vat = _prompt("VAT number (empty if none)", default="")
    seat = _prompt("Registered seat, lines separated by commas")
    account = _prompt("IBAN", iban.is_valid, hint="As on your bank details.")
    sender = _prompt("Who signs the mails", default="Service comptabilité")
    imap, smtp, plus, files = PROVIDERS.get(
        domain, (f"imap.{domain}", f"smtp.{domain}", False, False)
    )
    imap = _prompt("IMAP server (TLS, port 993)", default=imap)
    smtp = _prompt("SMTP server (TLS, port 465)", default=smtp)
    password = getpass.getpass("Password of the mailbox (not shown): ")
    staff = _prompt("Addresses of staff who answer customers, separated by commas", default="")
    return Answers(
        name=name,
        address=address,
        legal_name=legal_name,
        legal_form=form,
        capital=capital,
        registration=registration,
        registry=registry,
        vat_number=vat,
        seat=tuple(line.strip() for line in seat.split(",") if line.strip()),
        iban=account,
        sender_name=sender,
        imap=imap,
        smtp=smtp,
        plus_addressing=plus,
        files_sent=files,
        password=password,
        staff=tuple(a.strip().lower() for a in staff.split(",") if a.strip()),
    )


def _prompt(
    question: str, is_good: Callable[[str], bool] = bool, default: str | None = None, hint: str = ""
) -> str:
    """Ask until the answer is good."""
    while True:
        answer: str = typer.prompt(question, default=default, show_default=bool(default))
        answer = answer.strip()
        if answer == default or is_good(answer):
            return answer
        errors.print(f"{safe(answer)!r} cannot be right. {hint}", soft_wrap=True)


def _is_address(text: str) -> bool:
    return re.fullmatch(r"[^@\s]+@[^@\s]+\.[a-zA-Z]{2,}", text) is not None


def _is_new(folder: Path) -> Callable[[str], bool]:
    def check(name: str) -> bool:
        good = re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,40}", name) is not None
        return good and not (folder / "companies" / f"{name}.toml").exists()

    return check


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "company"


def _write(answers: Answers, folder: Path) -> tuple[Path, ...]:
    """The company's file and its secret; each appears whole or not at all."""
    company = folder / "companies" / f"{answers.name}.toml"
    secret = folder / "credentials" / f"{answers.name}_imap_password"
    company.parent.mkdir(parents=True, exist_ok=True)
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    _replace(secret, answers.password + "\n", 0o600)
    _replace(company, _toml(answers), 0o644)
    return company, secret


def _replace(path: Path, text: str, mode: int) -> None:
    draft = path.with_suffix(path.suffix + ".new")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    shutil.move(draft, path)


def _toml(answers: Answers) -> str:
    def quoted(text: str) -> str:
        return json.dumps(text, ensure_ascii=False)  # a JSON string is a TOML basic string

    def listed(texts: tuple[str, ...]) -> str:
        return f"[{', '.join(map(quoted, texts))}]"

    lines = [
        "# Written by `mailagent init`. Every other key, with its default: docs/configuration.md",
        f"address = {quoted(answers.address)}",
        f"sender_name = {quoted(answers.sender_name)}",
        'mode = "shadow"  # then "assisted", then "automatic"',
        f"plus_addressing = {json.dumps(answers.plus_addressing)}",
        "",
        "[legal]",
        f"name = {quoted(answers.legal_name)}",
        f"legal_form = {quoted(answers.legal_form)}",
        f"registration = {quoted(answers.registration)}",
        f"registry = {quoted(answers.registry)}",
        f"capital = {quoted(answers.capital)}",
        f"vat_number = {quoted(answers.vat_number)}",
        f"address = {listed(answers.seat)}",
        "",
        "[bank]",
        f"iban = {quoted(answers.iban)}",
        f"holder = {quoted(answers.legal_name)}",
        "",
        "[imap]",
        f"host = {quoted(answers.imap)}",
        "",
        "[smtp]",
        f"host = {quoted(answers.smtp)}",
        f"files_sent = {json.dumps(answers.files_sent)}",
    ]
    for address in answers.staff:
        lines += ["", "[[staff]]", f"address = {quoted(address)}"]
    return "\n".join(lines) + "\n"
