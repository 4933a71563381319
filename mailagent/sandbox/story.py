"""The story of the demonstration: a joinery in Lyon, fifteen customers, twenty-seven invoices, two months.

Everything follows from the seed. Names are invented and every address ends in `.example`.
"""

from __future__ import annotations

import csv
import io
import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from mailagent.core.company import BankDetails, Company, LegalIdentity, Mode
from mailagent.sandbox.clients import Client
from mailagent.sandbox.correspondence import Person

ZONE = ZoneInfo("Europe/Paris")
FIRST_DAY = date(2026, 3, 2)  # a Monday; Easter Monday and a change of clocks lie ahead
LAST_DAY = date(2026, 4, 30)
ACCOUNTANT = Person("Claire Martin", "compta@menuiserie-vauban.example")


class Character(StrEnum):
    """How a customer behaves."""

    PUNCTUAL = "pays on time"
    LATE = "pays late"
    KEEPS_WORD = "promises, keeps"
    BREAKS_WORD = "promises, breaks"
    DISPUTES = "disputes"
    INSTALMENTS = "asks for instalments"
    AWAY = "out of office"
    BOUNCES = "address bounces"
    LEFT = "has left the company"
    WANTS_COPY = "wants a copy"
    INSOLVENT = "insolvent"
    SILENT = "silent to the end"
    ENGLISH = "answers in English"
    NEW_THREAD = "opens a new thread"
    ANSWERED = "answered by Claire"  # the accountant takes over


PAY_IN_THE_END = frozenset({
    Character.PUNCTUAL, Character.LATE, Character.KEEPS_WORD, Character.BREAKS_WORD, Character.AWAY,
    Character.WANTS_COPY, Character.ENGLISH, Character.NEW_THREAD, Character.ANSWERED,
})  # fmt: skip
"""Who owes nothing when the story ends; the others wait for a person."""


@dataclass(frozen=True, slots=True)
class Bill:
    """One invoice of the story."""

    number: str
    issued: date
    due: date
    amount: int  # cents, including VAT


@dataclass(frozen=True, slots=True)
class Debtor:
    """One customer of the story."""

    ref: str
    name: str
    contact: Person
    character: Character
    client: Client
    language: str
    country: str
    bills: tuple[Bill, ...]

    def bill(self, number: str) -> Bill:
        """The invoice of that number."""
        return next(bill for bill in self.bills if bill.number == number)


@dataclass(frozen=True, slots=True)
class Story:
    """Who owes what to whom, and from when to when we watch."""

    seed: int
    company: Company
    debtors: tuple[Debtor, ...]
    begins: datetime
    ends: datetime

    def debtor(self, ref: str) -> Debtor:
        """The customer of that number."""
        return next(debtor for debtor in self.debtors if debtor.ref == ref)

    def issued(self, after: date, until: date) -> tuple[tuple[Debtor, Bill], ...]:
        """The invoices of these days, the first day not included."""
        return tuple((d, b) for d in self.debtors for b in d.bills if after < b.issued <= until)


def invoices_csv(issued: Iterable[tuple[Debtor, Bill]]) -> bytes:
    """Invoices as an accounting program exports them."""
    lines = [
        ("Client", "Raison sociale", "E-mail", "Contact", "Langue", "Pays",
         "Facture", "Date", "Échéance", "Montant TTC", "Devise"),
        *(
            (d.ref, d.name, d.contact.address, d.contact.name, d.language, d.country,
             b.number, _french(b.issued), _french(b.due), amount_text(b.amount), "EUR")
            for d, b in issued
        ),
    ]  # fmt: skip
    return _csv(lines)


def payments_csv(number: str, amount: int, booked_on: date, reference: str, kind: str) -> bytes:
    """One line of the morning's bank file; kind "avoir" makes it a credit note."""
    return _csv([
        ("Facture", "Montant", "Devise", "Date de règlement", "Référence", "Type"),
        (number, amount_text(amount), "EUR", _french(booked_on), reference, kind),
    ])  # fmt: skip


def amount_text(cents: int) -> str:
    """1234.5 euros as a French program writes them: "1 234,50"."""
    return f"{cents // 100:,}".replace(",", " ") + f",{cents % 100:02d}"


def build_story(seed: int) -> Story:
    """The same seed, the same story."""
    dice = random.Random(seed)  # noqa: S311 - a story, not a secret
    dues = sorted((due, place) for place, (*_, days) in enumerate(_CAST) for due in days)
    serial = dice.randrange(40, 200)
    bills: dict[int, list[Bill]] = {}
    for due, place in dues:
        serial += dice.randrange(1, 5)
        due_on = FIRST_DAY + timedelta(days=due)
        amount = dice.randrange(24_000, 480_000, 300)
        bill = Bill(f"FA-2026-{serial:04d}", due_on - timedelta(days=30), due_on, amount)
        bills.setdefault(place, []).append(bill)
    debtors = []
    for place, (name, contact, address, character, client, country, _) in enumerate(_CAST):
        debtors.append(
            Debtor(
                ref=f"C{1001 + place}",
                name=name,
                contact=Person(contact, address),
                character=character,
                client=client,
                language="en" if country == "GB" else "fr",
                country=country,
                bills=tuple(bills[place]),
            )
        )
    return Story(
        seed=seed,
        company=joinery(),
        debtors=tuple(debtors),
        begins=datetime.combine(FIRST_DAY, time(7, 45), ZONE),
        ends=datetime.combine(LAST_DAY, time(18, 30), ZONE),
    )


def joinery() -> Company:
    """The creditor."""
    return Company(
        id="vauban",
        legal=LegalIdentity(
            name="Menuiserie Vauban",
            legal_form="SARL",
            capital="20 000 €",
            registration="900214750",
            registry="RCS Lyon",
            vat_number="FR41900214750",
            address=("18 rue du Rabot", "69007 Lyon"),
            country="FR",
        ),
        bank=BankDetails(
            iban="FR7630006000011234567890189", bic="AGRIFRPP", holder="Menuiserie Vauban"
        ),
        address=ACCOUNTANT.address,
        sender_name=ACCOUNTANT.name,
        signature=("Service comptabilité", "Menuiserie Vauban"),
        language="fr",
        timezone="Europe/Paris",
        region="",
        sequence="standard",
        currency="EUR",
        mode=Mode.AUTOMATIC,
    )


def _french(day: date) -> str:
    return day.strftime("%d/%m/%Y")


def _csv(lines: Iterable[tuple[str, ...]]) -> bytes:
    text = io.StringIO()
    csv.writer(text, delimiter=";").writerows(lines)
    return text.getvalue().encode()


# Name, contact, address, character, mail client, country, due days counted from the first day.
_CAST: tuple[tuple[str, str, str, Character, Client, str, tuple[int, ...]], ...] = (
    ("Boulangerie Tissot", "Luc Tissot", "luc@boulangerie-tissot.example",
     Character.PUNCTUAL, Client.IPHONE, "FR", (8, 31)),
    ("Garage des Brotteaux", "Yannick Perrot", "atelier@garage-brotteaux.example",
     Character.LATE, Client.GMAIL, "FR", (4, 32)),
    ("Imprimerie Rochefort", "Hélène Rochefort", "compta@imprimerie-rochefort.example",
     Character.KEEPS_WORD, Client.OUTLOOK, "FR", (-4, 24)),
    ("Bistrot du Palais", "Karim Bensaïd", "karim@bistrot-du-palais.example",
     Character.BREAKS_WORD, Client.IPHONE, "FR", (-6, 38)),
    ("Pharmacie Perrache", "Dr Anne Vidal", "a.vidal@pharmacie-perrache.example",
     Character.DISPUTES, Client.OUTLOOK_WEB, "FR", (-5, 16)),
    ("Coiffure Élégance", "Mylène Faure", "contact@coiffure-elegance.example",
     Character.INSTALMENTS, Client.GMAIL, "FR", (-3,)),
    ("Cabinet Morel Architectes", "Sophie Morel", "s.morel@morel-archi.example",
     Character.AWAY, Client.OUTLOOK, "FR", (1, 41)),
    ("Transports Delmas", "Service factures", "factures@transports-delmas.example",
     Character.BOUNCES, Client.OUTLOOK, "FR", (-5,)),
    ("Hôtel Bellecour", "Nathalie Keller", "n.keller@hotel-bellecour.example",
     Character.LEFT, Client.OUTLOOK, "FR", (0,)),
    ("Librairie Passages", "Étienne Roux", "etienne@librairie-passages.example",
     Character.WANTS_COPY, Client.APPLE_MAIL, "FR", (-2, 28)),
    ("Scierie du Haut-Rhône", "Marc Joubert", "direction@scierie-haut-rhone.example",
     Character.INSOLVENT, Client.THUNDERBIRD, "FR", (-15, 20)),
    ("Fitness Garibaldi", "Steeve Lambert", "steeve@fitness-garibaldi.example",
     Character.SILENT, Client.IPHONE, "FR", (3, 3)),
    ("Harrington Interiors Ltd", "Emma Clarke", "emma.clarke@harrington-interiors.example",
     Character.ENGLISH, Client.OUTLOOK, "GB", (-4, 20)),
    ("Cave Saint-Antoine", "Julie Mercier", "compta@cave-saint-antoine.example",
     Character.NEW_THREAD, Client.YAHOO, "FR", (0, 35)),
    ("École de musique Berlioz", "Paul Anselme", "secretariat@musique-berlioz.example",
     Character.ANSWERED, Client.THUNDERBIRD, "FR", (-1, 30)),
)  # fmt: skip
