from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.message.new_text import split

ATTRIBUTIONS = [
    "Le lun. 10 mars 2025 à 09:15, Compta <c@x.example> a écrit :",
    "Le 10/03/2025 à 09:15, Compta a écrit :",
    "Le 2025-03-10 09:15, Compta a écrit :",
    "Le lundi 10 mars 2025 à 09:15:22 UTC+1, Compta <c@x.example> a écrit :",
    "On Mon, Mar 10, 2025 at 9:15 AM Accounts <c@x.example> wrote:",
    "On 10 Mar 2025, at 09:15, Accounts <c@x.example> wrote:",
    "On 10/03/2025 09:15, Accounts wrote:",
    "Am Mo., 10. März 2025 um 09:15 Uhr schrieb Compta <c@x.example>:",
    "Am 10.03.2025 um 09:15 schrieb Compta:",
    "El lun, 10 mar 2025 a las 9:15, Compta (<c@x.example>) escribió:",
    "Il giorno lun 10 mar 2025 alle ore 09:15 Compta <c@x.example> ha scritto:",
    "Op ma 10 mrt 2025 om 09:15 schreef Compta <c@x.example>:",
    "Em seg., 10 de mar. de 2025 às 09:15, Compta <c@x.example> escreveu:",
    "2025-03-10 9:15 GMT+01:00 Compta <c@x.example>:",
]


@pytest.mark.parametrize("line", ATTRIBUTIONS)
@pytest.mark.parametrize("marked", [True, False])
def test_what_follows_an_attribution_is_quoted(line, marked):
    quote = "> merci de payer" if marked else "merci de payer"
    parts = split(f"Payé hier.\n\n{line}\n\n{quote}\n")
    assert parts.new == "Payé hier."
    assert "merci de payer" in parts.quoted


@pytest.mark.parametrize("line", ATTRIBUTIONS[:2] + ATTRIBUTIONS[4:6])
def test_an_attribution_may_be_wrapped(line):
    middle = line.index(" ", len(line) // 2)
    wrapped = line[:middle] + "\n" + line[middle + 1 :]
    assert split(f"Payé hier.\n\n{wrapped}\n> merci\n").new == "Payé hier."


BLOCKS = [
    ("De : C\nEnvoyé : lundi 10 mars 2025 09:15\nÀ : B\nObjet : Facture"),
    ("De: C\nDate: 10 mars 2025\nObjet: Facture\nÀ: B"),
    ("*De :* C\n*Envoyé :* lundi\n*À :* B\n*Objet :* F"),
    ("envoyé : 10 mars 2025 à 09:15\nde : C\nà : B\nobjet : F"),
    ("From: C\nSent: Monday\nTo: B\nSubject: Invoice"),
    ("Von: C\nGesendet: Montag\nAn: B\nBetreff: Rechnung"),
    ("De: C\nEnviado el: lunes\nPara: B\nAsunto: Factura"),
    ("Da: C\nInviato: lunedì\nA: B\nOggetto: Fattura"),
    ("Van: C\nVerzonden: maandag\nAan: B\nOnderwerp: Factuur"),
    ("De: C\nEnviada: segunda\nPara: B\nAssunto: Fatura"),
]


@pytest.mark.parametrize("block", BLOCKS)
@pytest.mark.parametrize(
    "rule", ["", "________________________________\n", "-----Original Message-----\n"]
)
def test_what_follows_a_header_block_is_quoted(block, rule):
    parts = split(f"Payé hier.\n\n{rule}{block}\n\nmerci de payer\n")
    assert parts.new == "Payé hier."
    assert parts.quoted.endswith("merci de payer")


FOOTERS = [
    "Envoyé de mon iPhone",
    "Envoyé depuis l'application Mail Orange",
    "Sent from my iPad",
    "Get Outlook for iOS<https://aka.ms/o0ukef>",
    "Von meinem iPhone gesendet",
    "Enviado desde mi iPhone",
    "Inviato da iPhone",
    "Verstuurd vanaf mijn iPhone",
    "Enviado do meu iPhone",
    "Cordialement,\nBernard\n06 12 34 56 78",
    "Bien à vous\nBernard",
    "Best regards,\nJane Roe\nLtd",
    "Mit freundlichen Grüßen\nAnna",
    "-- \nBernard\nClient SARL",
    "Ce message est confidentiel et destiné à son seul destinataire.",
    "This email and any attachments are confidential.",
]


@pytest.mark.parametrize("footer", FOOTERS)
def test_signature_and_footer_are_not_new_text(footer):
    parts = split(f"Payé hier.\n\n{footer}\n")
    assert parts.new == "Payé hier."
    assert parts.signature == footer.replace("-- ", "-- ")


def test_a_postscript_below_the_signature_is_new_text():
    parts = split("Payé hier.\n\nCordialement,\nBernard\n\nPS : la F-102 est fausse.\n")
    assert parts.new == "Payé hier.\n\nPS : la F-102 est fausse."


def test_a_sentence_below_the_signature_is_new_text():
    text = "Bonjour,\n\nCordialement,\nBernard\n\nLe virement est parti hier soir par la banque.\n"
    assert "virement est parti" in split(text).new


def test_answers_between_and_below_marked_quotes_are_kept_in_order():
    text = "> F-101 ?\n\npayée\n\n> F-102 ?\n\nprix faux\n"
    assert split(text).new == "payée\n\nprix faux"


def test_the_broken_end_of_a_quoted_line_is_not_new():
    text = "Payé.\n\n> " + "merci de bien vouloir régler la facture " * 2 + "\nFA-12\n> merci\n"
    assert split(text).new == "Payé."


def test_short_answers_are_kept():
    assert split("ok\n\n> merci de payer\n").new == "ok"
    assert split("Best").new == "Best"


def test_nothing_written_is_nothing_new():
    parts = split("Envoyé de mon iPhone\n\n> merci de payer\n")
    assert parts.new == ""
    assert parts.signature == "Envoyé de mon iPhone"


def test_an_answer_below_an_unmarked_quote_is_not_lost():
    parts = split("Le 10/03/2025 à 09:15, Compta a écrit :\n\nmerci de payer\n\nC'est payé.\n")
    assert "C'est payé." in parts.new
    assert parts.new == parts.quoted  # nobody can tell who wrote it


@given(st.text(alphabet="ab >\n:-_DeÀObjetFrom", max_size=300))
def test_no_unquoted_word_is_ever_lost(text):
    parts = split(text)
    kept = f"{parts.new} {parts.quoted} {parts.signature}".split()
    for word in text.split():
        assert word in kept
