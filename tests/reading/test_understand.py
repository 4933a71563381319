"""What mails say, in the words customers use; above all, what must never be believed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailagent.core.mail import Flag, Instalments, Intent, Machine, ParsedMail, Reading, Verdict
from mailagent.reading.understand import understand

TODAY = date(2026, 3, 3)  # a Tuesday
NUMBERS = ("F-101", "F-102")

PAID, PROMISE, DISPUTE = Intent.PAID, Intent.PROMISE_TO_PAY, Intent.DISPUTE
PLAN, COPY, WRONG = Intent.PAYMENT_PLAN_REQUEST, Intent.INVOICE_COPY_REQUEST, Intent.WRONG_CONTACT
INSOLVENT, OBJECTION, QUESTION = Intent.INSOLVENCY, Intent.OBJECTION, Intent.QUESTION
APPLY, PROPOSE, ASK = Verdict.APPLY, Verdict.PROPOSE, Verdict.ASK


def written(text: str, subject: str = "Re: Relance") -> ParsedMail:
    return ParsedMail(
        digest="",
        size=0,
        message_id="",
        from_=(),
        to=(),
        cc=(),
        reply_to=(),
        subject=subject,
        date=datetime(2026, 3, 3, 9, tzinfo=UTC),
        text=text,
        new_text=text,
        quoted_text="",
        signature="",
    )


def read(text: str, **changes: object) -> Reading:
    return understand(replace(written(text), **changes), NUMBERS, TODAY, "Europe/Paris", "EUR")


PLAIN = [
    ("La facture a été payée hier.", PAID, APPLY),
    ("C'est réglé.", PAID, APPLY),
    ("Le virement a été effectué lundi.", PAID, APPLY),
    ("Nous avons procédé au règlement ce jour.", PAID, APPLY),
    ("Avez-vous reçu notre virement ?", PAID, PROPOSE),
    ("Nous paierons vendredi prochain.", PROMISE, APPLY),
    ("Le virement part demain.", PROMISE, APPLY),
    ("La facture sera réglée le 15.", PROMISE, APPLY),
    ("Nous réglerons prochainement.", PROMISE, PROPOSE),  # no day
    ("Je paye lundi sans faute", PROMISE, APPLY),
    ("Nous contestons cette facture.", DISPUTE, APPLY),
    ("Le prix est faux.", DISPUTE, APPLY),
    ("Nous paierons dès réception de l'avoir.", DISPUTE, PROPOSE),
    ("Pouvons-nous payer en 3 fois ?", PLAN, PROPOSE),
    ("Merci de nous accorder un échéancier.", PLAN, PROPOSE),
    ("Pouvez-vous me renvoyer la facture ?", COPY, PROPOSE),
    ("Je n'ai jamais reçu cette facture.", COPY, APPLY),
    ("Mme Durand a quitté la société.", WRONG, PROPOSE),
    ("Nous sommes en redressement judiciaire.", INSOLVENT, APPLY),
    ("Cessez de me harceler.", OBJECTION, PROPOSE),
    ("À quoi correspond cette ligne ?", QUESTION, ASK),
    ("We paid this on Monday.", PAID, APPLY),
    ("The payment was sent yesterday.", PAID, APPLY),
    ("We will pay on Friday.", PROMISE, APPLY),
    ("Payment is scheduled for 15 March.", PROMISE, APPLY),
    ("We dispute this invoice.", DISPUTE, APPLY),
    ("You charged us twice.", DISPUTE, APPLY),
    ("Can we pay in three instalments?", PLAN, PROPOSE),
    ("Please resend the invoice.", COPY, APPLY),
    ("You have the wrong person.", WRONG, PROPOSE),
    ("The company is in liquidation.", INSOLVENT, APPLY),
    ("Stop contacting me.", OBJECTION, PROPOSE),
    ("Wir haben die Rechnung gestern überwiesen.", PAID, APPLY),
    ("Wir werden am 15. März überweisen.", PROMISE, APPLY),
    ("Ya hemos pagado la factura ayer.", PAID, APPLY),
    ("Abbiamo effettuato il bonifico ieri.", PAID, APPLY),
    ("De factuur is gisteren betaald.", PAID, APPLY),
    ("O pagamento foi efetuado ontem.", PAID, APPLY),
]


@pytest.mark.parametrize(("text", "intent", "decision"), PLAIN)
def test_a_plain_statement_is_understood(text, intent, decision):
    reading = read(text)
    assert reading.intents[0].intent is intent
    assert reading.decision is decision
    assert reading.intents[0].quote in text


# Words of payment that must never pass for payment.
NOT_PAID = [
    "Pas encore payé.",
    "La facture n'a pas été payée.",
    "Nous n'avons toujours pas réglé cette facture.",
    "Le virement a été rejeté par notre banque.",
    "Elle aurait dû être payée la semaine dernière, je vérifie.",
    "Si vous avez déjà réglé, merci de ne pas tenir compte de ce message.",
    "Nous paierons quand nous serons payés par notre client.",
    "C'est payé ? Je ne crois pas.",
    "Un acompte a été versé hier, le solde suivra peut-être.",
    "Je pensais que c'était payé.",
    "We have not paid this invoice yet.",
    "The cheque was lost in the post.",
    "It should have been paid last week, I'm checking.",
    "Supposedly paid by the previous owner.",
    "If you have already paid, please ignore this message.",
    "Our bank rejected the transfer.",
    "We will pay once we are paid by our client.",
    "Wir haben noch nicht bezahlt.",
    "Todavía no hemos pagado.",
    "Non abbiamo ancora pagato.",
    "We hebben nog niet betaald.",
    "Ainda não pagamos.",
]


@pytest.mark.parametrize("text", NOT_PAID)
def test_a_trap_is_never_applied_as_paid(text):
    reading = read(text)
    assert reading.decision is not APPLY or reading.intents[0].intent is not PAID


def test_each_statement_is_tied_to_its_invoice():
    reading = read("F-101 est payée, F-102 le prix est faux.")
    said = {found.intent: found.invoices for found in reading.intents}
    assert said == {PAID: ("F-101",), DISPUTE: ("F-102",)}
    assert reading.decision is not APPLY


def test_two_meanings_are_a_persons_matter():
    assert read("C'est payé. Pouvez-vous me renvoyer la facture ?").decision is not APPLY


def test_days_are_relative_to_the_day_of_writing():
    reading = read("Nous paierons vendredi prochain.", date=datetime(2026, 2, 24, 9, tzinfo=UTC))
    assert reading.fields.promised_date == "2026-02-27"


def test_an_absurd_day_of_writing_is_today():
    reading = read("Nous paierons vendredi prochain.", date=datetime(2031, 1, 1, tzinfo=UTC))
    assert reading.fields.promised_date == "2026-03-06"


def test_a_promise_years_ahead_has_no_day():
    reading = read("Nous paierons le 15 mars 2029.")
    assert reading.fields.promised_date is None
    assert reading.decision is PROPOSE


def test_amount_reference_and_numbers_are_fields():
    reading = read("F-101 réglée hier, 1 234,56 €, réf. VIR-88213.")
    assert (reading.fields.amount, reading.fields.currency) == (123456, "EUR")
    assert reading.fields.paid_date == "2026-03-02"
    assert reading.fields.invoice_numbers == ("F-101",)
    assert "VIR-88213" in reading.fields.references


def test_two_amounts_are_none():
    assert read("Payé 100 € et 200 €.").fields.amount is None


def test_a_plan_has_its_parts():
    reading = read("Pouvez-vous étaler en 4 mensualités de 300 € à partir du 15 avril ?")
    assert reading.fields.instalments == Instalments(4, 30000, "2026-04-15")


BANK = [
    "Merci de noter nos nouvelles coordonnées bancaires.",
    "Notre RIB a changé, voici le nouveau.",
    "Please note that our bank details have changed.",
    "Our new IBAN is below.",
    "Bitte beachten Sie unsere neue Bankverbindung.",
    "Nuestros datos bancarios han cambiado.",
    "Le nostre coordinate bancarie sono cambiate.",
    "Onze bankgegevens zijn gewijzigd.",
    "Os nossos dados bancários mudaram.",
]


@pytest.mark.parametrize("text", BANK)
def test_new_bank_details_are_an_alert_and_nothing_else(text):
    reading = read(text)
    assert reading.flags == (Flag.BANK_CHANGE,)
    assert reading.decision is ASK


def test_to_ask_for_ours_announces_nothing():
    assert read("Votre RIB a-t-il changé ?").flags == ()
    assert read("C'est payé.").flags == ()


def test_an_absence_has_its_return():
    reading = read(
        "Je suis absent jusqu'au 15 mars. Voyez avec Paul.", machine=Machine.OUT_OF_OFFICE
    )
    assert reading.intents[0].intent is Intent.OUT_OF_OFFICE
    assert reading.fields.return_date == "2026-03-15"
    assert reading.decision is APPLY


def test_an_automatic_answer_may_say_that_the_person_left():
    reading = read("I have left the company.", machine=Machine.OUT_OF_OFFICE)
    assert reading.intents[0].intent is WRONG
    assert reading.decision is PROPOSE


def test_a_person_on_holiday_may_still_promise():
    assert read("Je suis en vacances, je vous paierai le 15.").intents[0].intent is PROMISE


def test_programs_never_pay():
    assert read("C'est payé.", machine=Machine.LIST).decision is not APPLY
    assert read("C'est payé.", machine=Machine.AUTO_ACK).intents[0].intent is not PAID
    assert read("C'est payé.", machine=Machine.BOUNCE).intents[0].intent is Intent.BOUNCE


def test_the_quoted_reminder_is_not_read():
    reading = read("ok", quoted_text="C'est payé hier par virement.")
    assert reading.intents[0].intent is Intent.OTHER
    assert reading.decision is ASK


def test_what_may_be_quoted_is_never_applied():
    assert read("C'est payé.", quoted_text="C'est payé.").decision is not APPLY


def test_nothing_written_is_nothing_understood():
    reading = read("")
    assert reading.intents == ()
    assert reading.decision is ASK


def test_an_unreadable_mail_is_a_persons_matter():
    assert read("C'est payé.", unreadable="nested too deeply").decision is ASK


def test_an_unknown_time_zone_does_not_stop_the_reading():
    reading = understand(written("Payé hier."), (), TODAY, "Nowhere/Here", "EUR")
    assert reading.fields.paid_date == "2026-03-02"


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=400), st.text(max_size=60), st.sampled_from([None, *Machine]))
def test_any_text_can_be_read(text, subject, machine):
    mail = replace(written(text, subject), machine=machine)
    reading = understand(mail, NUMBERS, TODAY, "Europe/Paris", "EUR")
    assert all(0 <= found.confidence <= 1 for found in reading.intents)


def test_no_message_module_is_needed_to_read():
    source = Path(__file__).parents[2] / "mailagent" / "reading"
    assert all("mailagent.message" not in path.read_text() for path in source.glob("*.py"))
