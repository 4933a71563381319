"""The configuration of the demonstration, in files as an administrator writes them.

So `mailagent --config FOLDER why INVOICE` and the other commands work on it while the demo is kept open.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

from mailagent import config
from mailagent.config import Settings
from mailagent.core.company import Company

_COMPANY = """\
address = {address}
sender_name = {sender_name}
signature = {signature}
mode = {mode}

[legal]
name = {name}
legal_form = {legal_form}
capital = {capital}
registration = {registration}
registry = {registry}
vat_number = {vat_number}
address = {seat}

[bank]
iban = {iban}
bic = {bic}
holder = {holder}

[imap]
host = "127.0.0.1"
port = {imap}
security = "none"

[smtp]
host = "127.0.0.1"
port = {smtp}
security = "none"
per_minute = 6000
"""


def set_up_office(folder: Path, company: Company, imap: int, smtp: int, password: str) -> Settings:
    """Write the files, and read them as the daemon does at its start."""
    settings_folder = folder / "config"
    (settings_folder / "companies").mkdir(parents=True)
    (settings_folder / "credentials").mkdir()
    main = f"state_folder = {json.dumps(str(folder))}\n"
    (settings_folder / "mailagent.toml").write_text(main, encoding="utf-8")
    text = _company_toml(company, imap, smtp)
    (settings_folder / "companies" / f"{company.id}.toml").write_text(text, encoding="utf-8")
    secret = settings_folder / "credentials" / f"{company.id}_imap_password"
    secret.touch(mode=0o600)
    secret.write_text(password, encoding="utf-8")
    settings = config.load(settings_folder, {})
    # A fast clock has no time for the pauses of a real mailbox; configuration files refuse so short ones.
    quick = tuple(replace(c, imap=replace(c.imap, idle_seconds=1)) for c in settings.companies)
    return replace(settings, companies=quick)


def _company_toml(company: Company, imap: int, smtp: int) -> str:
    legal, bank = company.legal, company.bank
    values = {
        "address": company.address, "sender_name": company.sender_name,
        "signature": list(company.signature), "mode": company.mode.value,
        "name": legal.name, "legal_form": legal.legal_form, "capital": legal.capital,
        "registration": legal.registration, "registry": legal.registry,
        "vat_number": legal.vat_number, "seat": list(legal.address),
        "iban": bank.iban, "bic": bank.bic, "holder": bank.holder, "imap": imap, "smtp": smtp,
    }  # fmt: skip
    # JSON strings and lists are TOML strings and arrays.
    return _COMPANY.format(**{k: json.dumps(v, ensure_ascii=False) for k, v in values.items()})
