"""Single values of the configuration: what is accepted, and what to do about the rest.

Each validator raises an error with a hint; pydantic collects them, so all faults are told at once.
"""

from __future__ import annotations

import re
from datetime import time
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit
from zoneinfo import available_timezones

import holidays
from babel.numbers import list_currencies
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError
from stdnum import bic, iban
from stdnum.exceptions import ValidationError as NumberError

_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_DOMAIN = re.compile(r"[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")
_DATABASES = ("sqlite+aiosqlite", "postgresql+psycopg")


def refusal(why: str, hint: str) -> PydanticCustomError:
    """What a validator raises: why the value cannot be used, and what to do."""
    return PydanticCustomError("refused", "{why}", {"why": why, "hint": hint})


def is_loopback(host: str) -> bool:
    """True when the host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host.lower() in {"localhost", "ip6-localhost"}


def domain_of(address: str) -> str:
    """The part after the @, lower case; empty when it is not an address."""
    return address.rpartition("@")[2].lower() if _ADDRESS.fullmatch(address) else ""


def _line(text: str) -> str:
    if _CONTROL.search(text):
        raise refusal("contains a line break or control character", "Write it on one line")
    return text


def _said(text: str) -> str:
    if not text:
        raise refusal("is empty", "Fill it in; customers read it in every mail")
    return _line(text)


def _address(text: str) -> str:
    if not _ADDRESS.fullmatch(text):
        raise refusal(
            "is not a mail address that can be used",
            "Write name@example.fr, without +; a domain with accents in its xn-- form",
        )
    return text


def _domain(text: str) -> str:
    if not _DOMAIN.fullmatch(text):
        raise refusal("is not a domain", 'Write it without @: "example.fr"')
    return text.lower()


def _iban(text: str) -> str:
    try:
        return str(iban.validate(text))
    except NumberError:
        raise refusal(
            "is not a valid IBAN: a digit is wrong or missing", "Copy it from your bank's document"
        ) from None


def _bic(text: str) -> str:
    try:
        return str(bic.validate(text)) if text else ""
    except NumberError:
        raise refusal(
            "is not a valid BIC", "It has 8 or 11 characters, or leave it empty"
        ) from None


def _country(text: str) -> str:
    code = text.upper()
    if len(code) != 2 or code not in holidays.list_supported_countries():
        raise refusal(
            "is not a country whose public holidays are known",
            'Two letters, such as "FR" (ISO 3166)',
        )
    return code


def _timezone(text: str) -> str:
    if text not in _timezones():
        raise refusal("is not a time zone", 'Write an IANA name such as "Europe/Paris"')
    return text


def _currency(text: str) -> str:
    if text not in _currencies():
        raise refusal("is not a currency", 'Three capital letters, such as "EUR" (ISO 4217)')
    return text


def _database(text: str) -> str:
    if text and urlsplit(text).scheme not in _DATABASES:
        raise refusal(
            "is not a database that can be used",
            "Begin it with sqlite+aiosqlite:/// or postgresql+psycopg://, or leave it empty",
        )
    return text


def _time_of_day(value: Any) -> Any:
    # Pydantic would take a number for seconds since midnight, in UTC.
    if isinstance(value, str) and re.fullmatch(r"\d\d:\d\d", value):
        return f"{value}:00"
    if not isinstance(value, time):
        raise refusal("is not a time of day", "Write it as 08:30:00")
    return value


def _some(values: tuple[Any, ...]) -> tuple[Any, ...]:
    if not values:
        raise refusal("is empty", "Name at least one")
    return values


def _existing_file(text: str) -> str:
    if text and not Path(text).is_file():
        raise refusal("names a file that is not there", "Give its full path, or leave it empty")
    return text


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


@lru_cache(maxsize=1)
def _currencies() -> frozenset[str]:
    return frozenset(list_currencies())


NotEmpty = AfterValidator(_some)
TimeOfDay = Annotated[time, BeforeValidator(_time_of_day)]
Line = Annotated[str, AfterValidator(_line)]
Said = Annotated[str, AfterValidator(_said)]
MailAddress = Annotated[str, AfterValidator(_address)]
Domain = Annotated[str, AfterValidator(_domain)]
Iban = Annotated[str, AfterValidator(_iban)]
Bic = Annotated[str, AfterValidator(_bic)]
Country = Annotated[str, AfterValidator(_country)]
TimeZone = Annotated[str, AfterValidator(_timezone)]
Currency = Annotated[str, AfterValidator(_currency)]
DatabaseUrl = Annotated[str, AfterValidator(_database)]
ExistingFile = Annotated[str, AfterValidator(_existing_file)]
