"""What `mailagent init` was told about a company, and the files it becomes."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass, field, fields
from pathlib import Path

from mailagent.core.server import ImapAccount, Login, Security, Server, SmtpAccount

_STARTTLS_PORTS = frozenset({25, 143, 587})


@dataclass(frozen=True, slots=True)
class Place:
    """A server as people write it: host, or host:port."""

    host: str
    port: int

    @classmethod
    def read(cls, text: str, usual_port: int) -> Place:
        """Raises ValueError when it is no server."""
        host, colon, port = text.partition(":")
        if not host or " " in host or "/" in host or "@" in host:
            raise ValueError(text)
        place = cls(host, int(port) if colon else usual_port)
        if not 0 < place.port < 65536:
            raise ValueError(text)
        return place

    @property
    def security(self) -> Security:
        """Encrypted from the first byte, but on the ports where that comes after STARTTLS."""
        return Security.STARTTLS if self.port in _STARTTLS_PORTS else Security.TLS

    def __str__(self) -> str:
        return f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Mailbox:
    """The mailbox and the way in."""

    address: str
    imap: Place
    smtp: Place
    username: str
    password: str = field(repr=False)
    plus_addressing: bool
    files_sent: bool

    def as_answers(self) -> dict[str, str]:
        """What was typed, to be offered again."""
        return {
            "address": self.address, "imap": str(self.imap), "smtp": str(self.smtp),
            "username": self.username, "password": self.password,
        }  # fmt: skip

    def accounts(self) -> tuple[ImapAccount, SmtpAccount]:
        """To try the login with."""
        login = Login(self.username, self.password)
        imap = Server(self.imap.host, self.imap.port, self.imap.security, login)
        smtp = Server(self.smtp.host, self.smtp.port, self.smtp.security, login)
        return ImapAccount(imap), SmtpAccount(smtp)


@dataclass(frozen=True, slots=True)
class Creditor:
    """Who the company is, who pays into which account, and who works there."""

    name: str  # of the file
    country: str
    legal_name: str
    legal_form: str
    registration: str
    registry: str
    capital: str
    vat_number: str
    seat: tuple[str, ...]
    iban: str
    sender_name: str
    language: str
    timezone: str
    staff: tuple[str, ...]

    def as_answers(self) -> dict[str, str]:
        """What was typed, to be offered again."""
        lists = {"seat": "; ".join(self.seat), "staff": "; ".join(self.staff)}
        texts = {f.name: getattr(self, f.name) for f in fields(self)}
        return texts | lists


def listed(answer: str) -> tuple[str, ...]:
    """An answer with several parts. A comma stays: "12, rue des Tanneurs" is one line."""
    return tuple(part.strip() for part in answer.split(";") if part.strip())


def write_files(folder: Path, mailbox: Mailbox, creditor: Creditor) -> tuple[Path, Path]:
    """The company's file and its secret; each appears whole or not at all."""
    company = folder / "companies" / f"{creditor.name}.toml"
    secret = folder / "credentials" / f"{creditor.name}_imap_password"
    company.parent.mkdir(parents=True, exist_ok=True)
    secret.parent.mkdir(mode=0o700, exist_ok=True)
    _replace(secret, mailbox.password + "\n", 0o600)
    _replace(company, _toml(mailbox, creditor), 0o644)
    return company, secret


def _replace(path: Path, text: str, mode: int) -> None:
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    draft.replace(path)


def _toml(mailbox: Mailbox, creditor: Creditor) -> str:
    domain = mailbox.address.rpartition("@")[2]
    others = {a.rpartition("@")[2] for a in creditor.staff} - {domain}
    tables = [
        "# Written by `mailagent init`. Every other key, with its default: docs/configuration.md",
        _key("address", mailbox.address),
        _key("sender_name", creditor.sender_name),
        'mode = "shadow"  # then "assisted", then "automatic"',
        _key("language", creditor.language),
        _key("timezone", creditor.timezone),
        _key("plus_addressing", mailbox.plus_addressing),
        _key("staff_domains", sorted(others)),
        "\n[legal]",
        _key("name", creditor.legal_name),
        _key("country", creditor.country),
        _key("legal_form", creditor.legal_form),
        _key("registration", creditor.registration),
        _key("registry", creditor.registry),
        _key("capital", creditor.capital),
        _key("vat_number", creditor.vat_number),
        _key("address", creditor.seat),
        "\n[bank]",
        _key("iban", creditor.iban),
        _key("holder", creditor.legal_name),
        "\n[imap]",
        *_server(mailbox.imap),
        _key("username", mailbox.username),
        "\n[smtp]",
        *_server(mailbox.smtp),
        _key("files_sent", mailbox.files_sent),
    ]
    for address in creditor.staff:
        tables += ["\n[[staff]]", _key("address", address)]
    return "\n".join(tables) + "\n"


def _server(place: Place) -> tuple[str, str, str]:
    security = place.security.value
    return _key("host", place.host), _key("port", place.port), _key("security", security)


def _key(name: str, value: object) -> str:
    # What JSON writes for texts, numbers, truth and lists of texts is TOML too.
    return f"{name} = {json.dumps(value, ensure_ascii=False)}"
