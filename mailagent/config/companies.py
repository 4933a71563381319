"""companies/NAME.toml to a creditor with its accounts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from pydantic import ValidationError

from mailagent.config.company_keys import WEEKDAYS, CompanyKeys, PolicyKeys, WindowKeys
from mailagent.config.credentials import SecretError, Secrets
from mailagent.config.files import TomlFile
from mailagent.config.legal_keys import LegalKeys
from mailagent.config.server_keys import ImapKeys, SmtpKeys
from mailagent.config.settings import CompanyConfig
from mailagent.config.values import domain_of
from mailagent.core.company import (
    BankDetails,
    Company,
    LegalIdentity,
    Policy,
    SendingWindow,
    Staff,
)
from mailagent.core.server import ImapAccount, Login, Server, SmtpAccount

_ID = re.compile(r"[a-z0-9][a-z0-9_-]{0,62}")


def read_company(
    file: TomlFile, secrets: Secrets, known: Mapping[str, frozenset[str]]
) -> CompanyConfig | None:
    """The company of this file; None when it has problems, which the file reports.

    `known` names the sequences and languages there are.
    """
    company_id = file.path.stem
    if not _ID.fullmatch(company_id):
        hint = "Use small letters, digits, - and _; the name is part of every record"
        file.report((), "has a name that cannot be used", hint)
        return None
    if not file.is_read:
        return None
    passwords = _passwords(file, secrets, company_id)
    context = {**known, "domains": _own_domains(file.table)}
    try:
        keys = CompanyKeys.model_validate(file.table, context=context)
    except ValidationError as error:
        file.report_all(error, CompanyKeys)
        return None
    if passwords is None:
        return None
    imap_password, smtp_password = passwords
    return CompanyConfig(
        company=_company(company_id, keys),
        imap=_imap(keys.imap, keys.address, imap_password),
        smtp=_smtp(keys.smtp, keys.imap.username or keys.address, smtp_password),
    )


def _own_domains(table: Mapping[str, Any]) -> frozenset[str]:
    """The domains staff may have, read before anything is checked; empty when that cannot be said."""
    aliases, further = table.get("aliases", []), table.get("staff_domains", [])
    if not isinstance(aliases, list) or not isinstance(further, list):
        return frozenset()
    domains = [domain_of(str(each)) for each in (table.get("address"), *aliases)]
    domains += [str(each).lower() for each in further]
    return frozenset(domains) if all(domains) else frozenset()


def _passwords(file: TomlFile, secrets: Secrets, company_id: str) -> tuple[str, str] | None:
    """The passwords of IMAP and SMTP, empty where none is needed; None when one is missing."""
    imap, smtp = (_table(file, "imap"), _table(file, "smtp"))
    own = _secret(file, secrets, "imap", imap, f"{company_id}_imap_password")
    if smtp.get("login") is False:
        return None if own is None else (own, "")
    same = smtp.get("username") in {None, "", imap.get("username")}
    if own is None and same:
        return None  # told already
    leaving = _secret(
        file, secrets, "smtp", smtp, f"{company_id}_smtp_password", own if same else None
    )
    return None if own is None or leaving is None else (own, leaving)


def _table(file: TomlFile, name: str) -> Mapping[str, Any]:
    table = file.table.get(name)
    return table if isinstance(table, dict) else {}


def _secret(
    file: TomlFile,
    secrets: Secrets,
    table: str,
    keys: Mapping[str, Any],
    name: str,
    fallback: str | None = None,
) -> str | None:
    """One password: from the file the keys name, else the secret of that name, else the fallback."""
    try:
        if isinstance(path := keys.get("password_file"), str) and path:
            return secrets.from_file(path)
        return secrets.find(name) or fallback or secrets.need(name, f"{table}_password")
    except SecretError as error:
        key = "password_file" if keys.get("password_file") else "password"
        file.report((table, key), error.why, error.hint)
        return None


def _company(company_id: str, keys: CompanyKeys) -> Company:
    return Company(
        id=company_id,
        legal=_legal(keys.legal),
        bank=BankDetails(keys.bank.iban, keys.bank.bic, keys.bank.holder),
        address=keys.address,
        sender_name=keys.sender_name,
        signature=keys.signature,
        language=keys.language,
        timezone=keys.timezone,
        region=keys.region,
        sequence=keys.sequence,
        currency=keys.currency,
        mode=keys.mode,
        plus_addressing=keys.plus_addressing,
        staff=tuple(Staff(person.address, person.name) for person in keys.staff),
        aliases=keys.aliases,
        policy=_policy(keys.policy),
        window=_window(keys.window),
    )


def _legal(keys: LegalKeys) -> LegalIdentity:
    return LegalIdentity(**dict(keys))


def _policy(keys: PolicyKeys) -> Policy:
    values = dict(keys)
    freshness = timedelta(minutes=values.pop("freshness_minutes"))
    return Policy(freshness=freshness, **values)


def _window(keys: WindowKeys) -> SendingWindow:
    weekdays = frozenset(WEEKDAYS.index(day) for day in keys.weekdays)
    return SendingWindow(keys.opens, keys.closes, weekdays)


def _server(keys: ImapKeys | SmtpKeys, login: Login | None) -> Server:
    return Server(keys.host, keys.port, keys.security, login, keys.ca_file)


def _imap(keys: ImapKeys, address: str, password: str) -> ImapAccount:
    return ImapAccount(
        server=_server(keys, Login(keys.username or address, password)),
        inbox=keys.inbox,
        sent=keys.sent,
        drafts=keys.drafts,
        idle_seconds=keys.idle_seconds,
        poll_seconds=keys.poll_seconds,
        max_bytes=keys.max_bytes,
    )


def _smtp(keys: SmtpKeys, username: str, password: str) -> SmtpAccount:
    login = Login(keys.username or username, password) if keys.login else None
    return SmtpAccount(
        server=_server(keys, login),
        connections=keys.connections,
        per_minute=keys.per_minute,
        files_sent=keys.files_sent,
        data_timeout=keys.data_timeout,
    )
