"""The leak guard: each way another customer's data or another account could get into a mail."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from mailagent.core.customer import Account, Contact, Customer
from mailagent.core.invoice import Invoice
from mailagent.core.money import Money
from mailagent.core.sequence import Channel, Step
from mailagent.message.leak import candidate_numbers, check_outgoing
from mailagent.message.mail_context import InvoiceLine, MailContext
from mailagent.message.render import Rendered, Templates
from mailagent.message.samples import SAMPLE_COMPANY
from mailagent.resources import resource_folder

FOREIGN_IBAN = "DE89 3704 0044 0532 0130 00"
STEPS = [
    Step("d-3", -3, Channel.EMAIL, "before_due"),
    Step("d+3", 3, Channel.EMAIL, "first_reminder"),
    Step("d+10", 10, Channel.EMAIL, "second_reminder"),
    Step("d+20", 20, Channel.EMAIL, "firm_reminder"),
    Step("d+40", 40, Channel.EMAIL, "formal_notice", "formal", task=Channel.LETTER),
]
INVOICES = (
    Invoice(
        company="sample",
        number="FA-2026-0042",
        customer="C-17",
        issued_on=date(2026, 2, 13),
        due_on=date(2026, 3, 15),
        total=Money(120_000, "EUR"),
        paid=50_000,
        credited=9_950,
        document="d" * 64,
        purchase_order="BC-778",
    ),
    Invoice(
        company="sample",
        number="FA-2026-0043",
        customer="C-17",
        issued_on=date(2026, 2, 20),
        due_on=date(2026, 3, 16),
        total=Money(98_765, "USD"),
    ),
)
ACCOUNT = Account(
    Customer(
        company="sample",
        ref="C-17",
        name="Dupont & Fils",
        contacts=(
            Contact("Compta@dupont.example", "Jean Dupont"),
            Contact("old@dupont.example", suppressed="5.1.1"),
        ),
    ),
    INVOICES,
)
templates = Templates(resource_folder("templates"))


def make_context(language="fr", step=STEPS[1], **changes):
    context = MailContext(
        company=SAMPLE_COMPANY,
        customer="Dupont & Fils",
        customer_ref="C-17",
        contact="Jean Dupont",
        language=language,
        step=step,
        invoices=tuple(InvoiceLine.of(i, attached=i.document is not None) for i in INVOICES),
        today=date(2026, 4, 24) if step.offset > 0 else date(2026, 3, 12),
        previous_reminder=date(2026, 3, 18),
        broken_promise=date(2026, 4, 1),
    )
    return replace(context, **changes)


CONTEXT = make_context()
CLEAN = templates.render("fr", "first_reminder", CONTEXT)


def check(rendered=CLEAN, context=CONTEXT, account=ACCOUNT, **changes):
    facts = {
        "recipient": "compta@dupont.example",
        "enclosed": ["d" * 64],
        "foreign_numbers": [],
    }
    return check_outgoing(rendered, context, account, **facts | changes)


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.id)
def test_our_own_mails_are_clean(language, step):
    context = make_context(language, step)
    assert check(templates.render(language, step.template, context), context) == ()


def test_what_staff_put_into_the_signature_is_ours():
    company = replace(
        SAMPLE_COMPANY, signature=("Standard : accueil@lambert.example", "Forfait 99 €")
    )
    context = make_context(company=company)
    assert check(templates.render("fr", "first_reminder", context), context) == ()


@pytest.mark.parametrize("recipient", ["thief@example.com", "old@dupont.example", ""])
def test_recipient_must_be_a_usable_contact(recipient):
    (reason,) = check(recipient=recipient)
    assert "is not a contact of Dupont & Fils" in reason


def test_foreign_invoice_is_found_by_its_line():
    line = replace(CONTEXT.invoices[0], number="FA-2026-0077")
    context = make_context(invoices=(line,))
    reasons = check(templates.render("fr", "first_reminder", context), context, enclosed=[])
    assert "FA-2026-0077 is not an invoice of Dupont & Fils" in reasons


def test_amounts_must_be_those_of_the_books():
    line = replace(CONTEXT.invoices[0], balance=Money(70_000, "EUR"))
    context = make_context(invoices=(line,))
    reasons = check(templates.render("fr", "first_reminder", context), context)
    assert reasons == ("FA-2026-0042 is stated otherwise than the books have it",)


def test_company_must_be_the_customers():
    other = replace(ACCOUNT, customer=replace(ACCOUNT.customer, company="other"))
    assert "customer and sender belong to different companies" in check(account=other)


def test_attachments_must_be_invoices_of_this_mail():
    assert check(enclosed=["e" * 64]) == ("attachment eeeeeeeeeeee is no invoice of this mail",)
    context = make_context(invoices=CONTEXT.invoices[1:])
    assert check(context=context) != ()


def with_words(text="", html=""):
    return Rendered(CLEAN.subject, f"{CLEAN.text}\n{text}\n", CLEAN.html.replace("</body>", html))


@pytest.mark.parametrize(
    "words",
    [
        f"Notre nouveau compte : {FOREIGN_IBAN}",
        f"payez sur {FOREIGN_IBAN.replace(' ', '')}.",
        f"payez sur {FOREIGN_IBAN.replace(' ', chr(0xA0))} merci",
        f"payez sur {FOREIGN_IBAN.lower()}",
        f"IBAN {FOREIGN_IBAN[:-1]}9",  # checksum wrong, but called an IBAN
        "FR76 3000 6000 0112 3456 7890 188 IBAN : FR76 3000 6000 0112 3456 7890 188",
    ],
)
def test_foreign_bank_accounts_are_stopped(words):
    for rendered in (with_words(text=words), with_words(html=f"<p>{words}</p>")):
        (reason,) = check(rendered)
        assert "which is not ours" in reason


@pytest.mark.parametrize(
    "amount",
    [
        "601,50\u00a0€",
        "21\u00a0200,00\u00a0€",
        "EUR 12",
        "12 EUR",
        "40,01 €",
        "99 euros",
        "$US 5",
        "US$5",
        "£7.50",
        "CHF 1’000.00",
    ],
)
def test_foreign_amounts_are_stopped(amount):
    reasons = check(with_words(text=f"soit {amount}."))
    assert reasons
    assert all("no amount of this customer's invoices" in reason for reason in reasons)
    assert check(with_words(html=f"<b>{amount}</b>"))


@pytest.mark.parametrize("words", ["8 jours", "RCS 12", "12 BIC", "40 €", "article 1344", "69002"])
def test_figures_that_are_no_amounts_pass(words):
    assert check(with_words(text=words)) == ()


def test_foreign_addresses_are_stopped():
    assert check(with_words(text="voir avec marie@martin.example")) == (
        "names the address marie@martin.example",
    )
    assert check(with_words(text="écrivez à comptabilite@lambert.example")) == ()


def test_numbers_of_others_are_stopped():
    assert check(foreign_numbers=["FA20260077"]) == (
        "names FA20260077, an invoice of another customer",
    )


@pytest.mark.parametrize(
    ("written", "normalised"),
    [
        ("FA-2026-0077", "FA20260077"),
        ("fa 2026 0077", "FA20260077"),
        ("(FA/2026/0077),", "FA20260077"),
        ("n° 20260077", "20260077"),
        ("FA-2026-00421", "FA202600421"),
    ],
)
def test_candidates_hold_every_number_like_word(written, normalised):
    for rendered in (with_words(text=f"voir {written}"), with_words(html=f"<td>{written}</td>")):
        assert normalised in candidate_numbers(rendered, CONTEXT)


def test_candidates_of_the_subject_count_whatever_their_form():
    rendered = Rendered("Facture [12, 13]", "x", "")
    assert candidate_numbers(rendered, CONTEXT) >= {"12", "13"}


def test_candidates_leave_out_what_is_known_to_be_ours():
    candidates = candidate_numbers(CLEAN, CONTEXT)
    assert not candidates & {"FA20260042", "FA20260043", "BC778", "C17", "2026", "1344", "40"}
    assert len(candidates) < 400
