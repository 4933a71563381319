"""Sample facts to try a template with: one invoice or several, part paid, promised, bare."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from mailagent.core.company import BankDetails, Company, LegalIdentity
from mailagent.core.money import Money
from mailagent.core.sequence import Step
from mailagent.message.mail_context import InvoiceLine, MailContext

_DUE = date(2026, 3, 15)
_ISSUED = date(2026, 2, 13)

SAMPLE_COMPANY = Company(
    id="sample",
    legal=LegalIdentity(
        name="Menuiserie Lambert",
        legal_form="SARL",
        capital="10 000 €",
        registration="732829320",
        registry="RCS Lyon",
        vat_number="FR44732829320",
        address=("12 rue des Tanneurs", "69002 Lyon"),
        country="FR",
    ),
    bank=BankDetails("FR7630006000011234567890189", "AGRIFRPPXXX", "Menuiserie Lambert"),
    address="comptabilite@lambert.example",
    sender_name="Claire Martin",
    signature=("Comptabilité clients", "04 72 00 00 00"),
    language="fr",
    timezone="Europe/Paris",
    region="",
    sequence="standard",
    currency="EUR",
)

_SOLE_TRADER = replace(
    SAMPLE_COMPANY,
    legal=replace(SAMPLE_COMPANY.legal, legal_form="EI", capital="", registry="", vat_number=""),
    bank=replace(SAMPLE_COMPANY.bank, bic=""),
    signature=(),
)

_FOREIGN = replace(
    SAMPLE_COMPANY,
    legal=replace(
        SAMPLE_COMPANY.legal,
        legal_form="GmbH",
        capital="",
        registration="HRB 12345",
        registry="Amtsgericht Köln",
        vat_number="DE136695976",
        country="DE",
    ),
)

_PLAIN = InvoiceLine(
    number="FA-2026-0042",
    issued_on=_ISSUED,
    due_on=_DUE,
    total=Money(120_000, "EUR"),
    balance=Money(120_000, "EUR"),
    paid=Money(0, "EUR"),
    credited=Money(0, "EUR"),
)
_PART_PAID = replace(
    _PLAIN,
    balance=Money(60_050, "EUR"),
    paid=Money(50_000, "EUR"),
    credited=Money(9_950, "EUR"),
    purchase_order="BC-778",
    attached=True,
)
_DOLLARS = replace(
    _PLAIN,
    number="FA-2026-0043",
    total=Money(98_765, "USD"),
    balance=Money(98_765, "USD"),
    paid=Money(0, "USD"),
    credited=Money(0, "USD"),
)


def sample_contexts(language: str, step: Step) -> tuple[MailContext, ...]:
    """One context for each way this step's mail can differ."""
    single = MailContext(
        company=SAMPLE_COMPANY,
        customer="Dupont <&> Fils",
        contact="Jean Dupont",
        language=language,
        step=step,
        invoices=(_PLAIN,),
        today=_DUE + timedelta(days=step.offset),
        customer_ref="C-17",
        previous_reminder=_DUE,
    )
    several = (_PART_PAID, _DOLLARS)
    not_yet_due = replace(_PLAIN, number="FA-2026-0099", due_on=single.today + timedelta(days=3))
    return (
        single,
        replace(single, company=_SOLE_TRADER, contact="", customer_ref="", previous_reminder=None),
        replace(single, invoices=(_PART_PAID,), broken_promise=_DUE),
        replace(single, company=_FOREIGN),
        replace(single, invoices=several),
        replace(single, invoices=several, broken_promise=_DUE, previous_reminder=None),
        replace(single, invoices=(*several, not_yet_due)),
    )
