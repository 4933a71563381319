"""The keys of companies/NAME.toml: one creditor, its mailbox, and what it lets mailagent do."""

from __future__ import annotations

from datetime import date, time
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, ValidationInfo, field_validator

from mailagent.config.keys import Keys
from mailagent.config.legal_keys import BankKeys, LegalKeys
from mailagent.config.server_keys import ImapKeys, SmtpKeys
from mailagent.config.values import (
    Currency,
    Domain,
    Line,
    MailAddress,
    NotEmpty,
    Said,
    TimeOfDay,
    TimeZone,
    domain_of,
    refusal,
)
from mailagent.core.calendar import is_known_region
from mailagent.core.company import Mode

_LONGEST_TOKEN = 30  # "+" and the signed token added to the name of the mailbox
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
Weekday = Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"]


def _in_own_domain(address: str, info: ValidationInfo) -> str:
    domains: frozenset[str] = (info.context or {}).get("domains", frozenset())
    if domains and domain_of(address) not in domains:
        raise refusal(
            "is outside your own domains: whoever holds it would give orders",
            "Correct it, or add its domain to staff_domains",
        )
    return address


class StaffKeys(Keys):
    """A person who answers customers and gives orders; repeat [[staff]] for each."""

    address: Annotated[MailAddress, AfterValidator(_in_own_domain)] = Field(
        description="Mail address, in a domain of yours."
    )
    name: Line = Field(default="", description="Name.")


class WindowKeys(Keys):
    """When mail may leave, in local time."""

    opens: TimeOfDay = Field(default=time(8, 30), description="From.")
    closes: TimeOfDay = Field(default=time(18, 0), description="Until.")
    weekdays: Annotated[tuple[Weekday, ...], NotEmpty] = Field(
        default=("mon", "tue", "wed", "thu", "fri"),
        description="Working days; public holidays are left out by themselves.",
    )

    @field_validator("closes")
    @classmethod
    def _closes_later(cls, closes: time, info: ValidationInfo) -> time:
        opens = info.data.get("opens")
        if opens is not None and closes <= opens:
            raise refusal("is not later than opens", "The window lies within one day")
        return closes


class PolicyKeys(Keys):
    """Bounds on what mailagent does by itself. Days are working days unless said."""

    freshness_minutes: int = Field(
        default=10,
        ge=1,
        le=120,
        description="Nothing is sent unless the mailbox was read this recently.",
    )
    human_pause_days: int = Field(
        default=5, ge=1, le=60, description="Silence after one of you wrote to the customer."
    )
    reply_pause_days: int = Field(
        default=3, ge=1, le=60, description="Silence after a mail that was understood."
    )
    claim_days: int = Field(
        default=5, ge=1, le=60, description="Time to find a payment the customer says was made."
    )
    promise_default_days: int = Field(
        default=7, ge=1, le=60, description="How long a promise without a date is believed."
    )
    promise_limit_days: int = Field(
        default=45,
        ge=1,
        le=365,
        description="Calendar days; a promise for later is also shown to a person.",
    )
    out_of_office_days: int = Field(
        default=5, ge=1, le=60, description="Silence after an absence notice without a return date."
    )
    daily_ceiling: int = Field(default=500, ge=1, description="Mails a day, at most.")
    unusual_factor: float = Field(
        default=3.0, ge=1.0, description="A run this many times the usual day stops and asks."
    )
    unusual_minimum: int = Field(
        default=20, ge=0, description="Runs up to this size are never unusual."
    )
    customer_limit: int = Field(default=4, ge=1, description="Mails to one customer, at most ...")
    customer_limit_days: int = Field(
        default=30, ge=1, le=365, description="... in this many calendar days."
    )
    act_from: date | None = Field(
        default=None, description="Mail received before this day is filed and never acted on."
    )


class CompanyKeys(Keys):
    """The file itself."""

    address: MailAddress = Field(description="The mailbox customers write to; our sender address.")
    sender_name: Said = Field(description="Who signs: a name, or the name of the service.")
    signature: tuple[Line, ...] = Field(
        default=(), description="Lines under the name: function, telephone."
    )
    aliases: tuple[MailAddress, ...] = Field(
        default=(), description="Further addresses of this mailbox."
    )
    language: str = Field(default="fr", description="Language of customers for whom none is known.")
    timezone: TimeZone = Field(
        default="Europe/Paris", description="Time zone of the sending window."
    )
    sequence: str = Field(default="standard", description="Name of the sequence in sequences.toml.")
    currency: Currency = Field(
        default="EUR", description="Currency of imported invoices that name none."
    )
    mode: Mode = Field(
        default=Mode.SHADOW,
        description="shadow: only reports what it would send; assisted: each mail waits for a "
        "person; automatic: sends by itself.",
    )
    plus_addressing: bool = Field(
        default=False,
        description="The mail server delivers name+anything@domain to name@domain; answers are then "
        "recognised by their address.",
    )
    staff_domains: tuple[Domain, ...] = Field(
        default=(),
        description="Domains of staff beside that of the mailbox, such as the accounting firm's.",
    )
    legal: LegalKeys = Field(description="What the law wants under each letter.")
    region: Line = Field(
        default="",
        description="Part of the country with public holidays of its own, such as Alsace-Moselle.",
    )
    bank: BankKeys = Field(description="Where customers pay. Never changed by a mail.")
    imap: ImapKeys = Field(description="Where mail is read.")
    smtp: SmtpKeys = Field(description="Where mail leaves.")
    staff: tuple[StaffKeys, ...] = Field(
        default=(), description="People who answer and give orders."
    )
    window: WindowKeys = Field(default=WindowKeys(), description="When mail may leave.")
    policy: PolicyKeys = Field(default=PolicyKeys(), description="What mailagent may do by itself.")

    @field_validator("language")
    @classmethod
    def _language_is_known(cls, language: str, info: ValidationInfo) -> str:
        known: frozenset[str] = (info.context or {}).get("languages", frozenset())
        if known and language not in known:
            raise refusal("has no templates", f"There are: {', '.join(sorted(known))}")
        return language

    @field_validator("sequence")
    @classmethod
    def _sequence_is_known(cls, sequence: str, info: ValidationInfo) -> str:
        known: frozenset[str] = (info.context or {}).get("sequences", frozenset())
        if known and sequence not in known:
            raise refusal("is no sequence there is", f"There are: {', '.join(sorted(known))}")
        return sequence

    @field_validator("region")
    @classmethod
    def _region_is_known(cls, region: str, info: ValidationInfo) -> str:
        legal = info.data.get("legal")
        if legal is not None and not is_known_region(legal.country, region):
            raise refusal(
                f"is not a region of {legal.country} with holidays known",
                "Leave it empty for the holidays of the whole country",
            )
        return region

    @field_validator("plus_addressing")
    @classmethod
    def _token_fits(cls, wanted: bool, info: ValidationInfo) -> bool:
        name = info.data.get("address", "").partition("@")[0]
        if wanted and len(name) + _LONGEST_TOKEN > 64:  # RFC 5321 §4.5.3.1.1
            raise refusal("leaves no room in the address for a token", "Set it to false")
        return wanted
