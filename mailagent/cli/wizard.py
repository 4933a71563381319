"""`mailagent init`: ask what is needed, prove that it works, write the files. It begins in shadow."""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import typer
from pydantic import TypeAdapter, ValidationError
from stdnum.fr import siren

from mailagent.cli.findings import print_findings
from mailagent.cli.new_company import Creditor, Mailbox, Place, listed, write_files
from mailagent.cli.options import options
from mailagent.cli.output import console, errors, print_problem, safe
from mailagent.config import load
from mailagent.config.values import Country, Iban, MailAddress, TimeZone
from mailagent.errors import ConfigError
from mailagent.flows.checkup import check_servers

PROVIDERS = {  # domain of the address -> (IMAP, SMTP, plus addressing, files sent mail by itself)
    "gmail.com": ("imap.gmail.com", "smtp.gmail.com", True, True),
    "orange.fr": ("imap.orange.fr", "smtp.orange.fr", False, False),
    "free.fr": ("imap.free.fr", "smtp.free.fr", False, False),
    "sfr.fr": ("imap.sfr.fr", "smtp.sfr.fr", False, False),
    "laposte.net": ("imap.laposte.net", "smtp.laposte.net", False, False),
    "gmx.de": ("imap.gmx.net", "mail.gmx.net", False, False),
}
LANGUAGES = ("fr", "en")
_WITHOUT_CAPITAL = frozenset({"EI", "EIRL", "MICRO", "MICRO-ENTREPRENEUR", "ASSOCIATION"})
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,40}")


def ask_and_write(folder: Path) -> None:
    """The whole conversation; nothing is written before it is sound."""
    console.print(
        "[bold]A new company for mailagent.[/] Nothing is sent until you leave shadow mode. "
        "Ctrl-C ends; nothing is written before the last question.",
        soft_wrap=True,
    )
    try:
        mailbox = _working_mailbox()
        creditor = _sound_creditor(folder, mailbox)
    except typer.Abort:
        errors.print("\nNothing was written.")
        raise typer.Exit(1) from None
    written = write_files(folder, mailbox, creditor)
    console.print("\n[bold green]Written:[/]")
    for path in written:
        console.print(f"  {safe(str(path))}", soft_wrap=True)
    program = f"mailagent --config {options.config}" if options.config else "mailagent"
    start = f"{program} run"
    if folder.is_relative_to("/etc"):
        start = "systemctl enable mailagent; systemctl restart mailagent"
    console.print(
        f"\nNext: [bold]{safe(program)} import invoices FILE.csv[/], then [bold]{safe(program)} plan[/] to "
        f"see what would be sent, then [bold]{safe(start)}[/]. It stays in shadow mode until you set mode in "
        f"companies/{creditor.name}.toml.",
        soft_wrap=True,
    )


def _working_mailbox() -> Mailbox:
    """The mailbox, asked for until the login works or the person goes on without."""
    mailbox = _ask_mailbox(None)
    while True:
        console.print("Trying the login ...")
        findings = asyncio.run(check_servers(mailbox.address, *mailbox.accounts()))
        print_findings(findings)
        if all(finding.ok for finding in findings):
            return mailbox
        if typer.confirm("Answer these questions again?", default=True):
            mailbox = _ask_mailbox(mailbox)
        elif typer.confirm("Go on all the same, to mend it later?", default=False):
            return mailbox
        else:
            raise typer.Abort


def _ask_mailbox(before: Mailbox | None) -> Mailbox:
    known = before.as_answers() if before else {}
    address = _ask(
        "Mailbox that customers write to", _fits(MailAddress), known.get("address")
    ).lower()
    domain = address.rpartition("@")[2]
    imap, smtp, plus, files = PROVIDERS.get(
        domain, (f"imap.{domain}", f"smtp.{domain}", False, False)
    )
    imap = _ask("IMAP server, host or host:port", _is_place, known.get("imap", imap))
    smtp = _ask("SMTP server, host or host:port", _is_place, known.get("smtp", smtp))
    username = _ask("Login", bool, known.get("username", address))
    password = typer.prompt(
        "Password of the mailbox (not shown)",
        hide_input=True,
        default=known.get("password"),
        show_default=False,
    )
    return Mailbox(
        address=address,
        imap=Place.read(imap, usual_port=993),
        smtp=Place.read(smtp, usual_port=465),
        username=username,
        password=password,
        plus_addressing=plus,
        files_sent=files,
    )


def _sound_creditor(folder: Path, mailbox: Mailbox) -> Creditor:
    """The company, asked for until the configuration made of it has no problem."""
    creditor = _ask_creditor(folder, None)
    while problems := _problems(mailbox, creditor):
        for problem in problems:
            print_problem(f"{problem.what}: {problem.why}. {problem.hint}.")
        console.print("Please go through it again; Enter keeps an answer.")
        creditor = _ask_creditor(folder, creditor)
    return creditor


def _problems(mailbox: Mailbox, creditor: Creditor) -> tuple[Any, ...]:
    """What the program itself would say about these files."""
    with tempfile.TemporaryDirectory() as draft:
        write_files(Path(draft), mailbox, creditor)
        try:
            load(Path(draft), {"HOME": draft})
        except ConfigError as error:
            return error.problems
    return ()


def _ask_creditor(folder: Path, before: Creditor | None) -> Creditor:
    known = before.as_answers() if before else {}
    legal_name = _ask("Registered name of the company", bool, known.get("legal_name"))
    name = known.get("name", _slug(legal_name))
    name = _ask("Short name, for files and commands", _is_new(folder), name)
    country = _ask("Country", _fits(Country), known.get("country", "FR")).upper()
    french = country == "FR"
    form = _ask("Legal form (SARL, SAS, EI ...)", bool, known.get("legal_form", "SARL"))
    registered = "SIREN (nine digits)" if french else "Number in the register"
    registration = _ask(registered, _is_siren if french else bool, known.get("registration"))
    registry = capital = ""
    if french and form.upper() not in _WITHOUT_CAPITAL:
        registry = _ask("Register, as in RCS Lyon", bool, known.get("registry"))
        capital = _ask("Share capital, as in 10 000 €", bool, known.get("capital"))
    vat_number = _ask("VAT number (empty if none)", _may_be_empty, known.get("vat_number", ""))
    seat = _ask("Registered seat (; for a new line)", bool, known.get("seat"))
    account = _ask("IBAN", _fits(Iban), known.get("iban"))
    sender = _ask("Who signs the mails", bool, known.get("sender_name", "Service comptabilité"))
    language = known.get("language", "fr" if french else "en")
    language = _ask(f"Language ({', '.join(LANGUAGES)})", LANGUAGES.__contains__, language)
    zone = "Europe/Paris"
    if not french:
        zone = _ask("Time zone", _fits(TimeZone), known.get("timezone"))
    staff = _ask(
        "Addresses of staff who answer customers (; between them, may be empty)",
        _are_addresses,
        known.get("staff", ""),
    )
    return Creditor(
        name, country, legal_name, form, registration, registry, capital, vat_number,
        listed(seat), account, sender, language, zone, listed(staff.lower()),
    )  # fmt: skip


def _ask(question: str, is_good: Callable[[str], bool | str], default: str | None = None) -> str:
    """Ask until the answer is good; a check that fails may say why."""
    while True:
        answer: str = typer.prompt(question, default=default, show_default=bool(default)).strip()
        verdict = is_good(answer)
        if verdict is True:
            return answer
        print_problem(verdict or f"{answer!r} cannot be right.")


def _fits(kind: Any) -> Callable[[str], bool | str]:
    """A check that the configuration makes as well, with its words."""

    def check(answer: str) -> bool | str:
        try:
            TypeAdapter(kind).validate_python(answer)
        except ValidationError as error:
            told = error.errors()[0].get("ctx", {})
            return (
                f"{answer!r} {told.get('why', 'cannot be right')}. {told.get('hint', '')}".strip()
            )
        return True

    return check


def _may_be_empty(_: str) -> bool:
    return True


def _is_siren(answer: str) -> bool | str:
    return bool(siren.is_valid(answer)) or "Nine digits, as on your Kbis; not the SIRET."


def _is_place(answer: str) -> bool | str:
    try:
        return bool(Place.read(answer, usual_port=993))
    except ValueError:
        return "Write it as imap.example.fr or imap.example.fr:993."


def _are_addresses(answer: str) -> bool | str:
    check = _fits(MailAddress)
    return next((v for v in map(check, listed(answer)) if v is not True), True)


def _is_new(folder: Path) -> Callable[[str], bool | str]:
    def check(name: str) -> bool | str:
        if not _NAME.fullmatch(name):
            return "Small letters, digits, - and _ only."
        taken = (folder / "companies" / f"{name}.toml").exists()
        return f"{folder}/companies/{name}.toml is there already." if taken else True

    return check


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")[:40] or "company"
