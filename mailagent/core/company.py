"""The creditor: who writes, with which legal identity, under which policy."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, time, timedelta
from enum import StrEnum


class Mode(StrEnum):
    """How far mailagent may go on its own (promise P11)."""

    SHADOW = "shadow"  # only reports what it would do
    ASSISTED = "assisted"  # every mail waits for a person's approval
    AUTOMATIC = "automatic"  # sends by itself


@dataclass(frozen=True, slots=True)
class LegalIdentity:
    """What the law wants on each letter of a trader (Code de commerce R123-237, R123-238)."""

    name: str  # registered name
    legal_form: str  # "SARL", "SAS", "EI" ...
    capital: str  # as written, "10 000 €"; empty for sole traders
    registration: str  # SIREN in France
    registry: str  # "RCS Lyon"; empty when not on a register
    vat_number: str  # empty when not subject to VAT
    address: tuple[str, ...]  # registered seat, one line each
    country: str  # ISO 3166-1 alpha-2


@dataclass(frozen=True, slots=True)
class BankDetails:
    """Where customers pay. Comes from configuration only, never from mail (promise P6)."""

    iban: str  # electronic form, no spaces
    bic: str  # may be empty
    holder: str


@dataclass(frozen=True, slots=True)
class Staff:
    """A person of the creditor, or of the accounting firm that acts for it."""

    address: str
    name: str


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """Local hours and days in which mail may leave."""

    opens: time = time(8, 30)
    closes: time = time(18, 0)
    weekdays: frozenset[int] = frozenset({0, 1, 2, 3, 4})  # Monday is 0


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers that bound what mailagent does on its own. Days are working days unless said."""

    freshness: timedelta = timedelta(minutes=10)  # P1: age of the last complete look at the mail
    human_pause_days: int = 5  # P3: silence after staff wrote to the customer
    reply_pause_days: int = 3  # P2: silence after an understood mail, beside its own hold
    claim_days: int = 5  # verification window after "we have paid"
    promise_default_days: int = 7  # a promise without a date
    promise_limit_days: int = 45  # calendar days; a later promise also goes to a person
    out_of_office_days: int = 5  # absence without a return date
    daily_ceiling: int = 500  # mails per company and day
    unusual_factor: float = 3.0  # a run this many times the usual day stops and asks
    unusual_minimum: int = 20  # runs up to this size are never unusual
    customer_limit: int = 4  # mails to one customer ...
    customer_limit_days: int = 30  # ... in this many calendar days
    act_from: date | None = None  # mail received before this day is filed, never acted on


@dataclass(frozen=True, slots=True)
class Company:
    """One creditor, as configured in config/companies/NAME.toml."""

    id: str  # file name without .toml; leads every key
    legal: LegalIdentity
    bank: BankDetails
    address: str  # the accounts-receivable mailbox: our From
    sender_name: str  # who signs, "Claire Martin" or "Service comptabilité"
    signature: tuple[str, ...]  # lines under the name: function, phone
    language: str  # ISO 639-1
    timezone: str  # IANA name
    region: str  # subdivision for regional holidays; empty for none
    sequence: str  # id in sequences.toml
    currency: str  # default for imports
    mode: Mode = Mode.SHADOW
    plus_addressing: bool = False  # the mail server delivers name+token@domain to name@domain
    staff: tuple[Staff, ...] = ()
    aliases: tuple[str, ...] = ()  # further addresses of this mailbox
    policy: Policy = field(default_factory=Policy)
    window: SendingWindow = field(default_factory=SendingWindow)

    @property
    def own_addresses(self) -> frozenset[str]:
        """Every address that means us: the mailbox and its aliases, lower case."""
        return frozenset(a.lower() for a in (self.address, *self.aliases))

    @property
    def staff_addresses(self) -> frozenset[str]:
        """Addresses of people who answer customers in our name, lower case."""
        return frozenset(s.address.lower() for s in self.staff)
