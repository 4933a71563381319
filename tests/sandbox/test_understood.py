"""The characters are heard as they mean it: their mails through the real parser and reader."""

import pytest

from mailagent.core.mail import Intent
from mailagent.message.parse import parse
from mailagent.reading.understand import understand
from mailagent.sandbox.acts import Author, Post
from mailagent.sandbox.clients import Client, write
from mailagent.sandbox.correspondence import Letter
from mailagent.sandbox.story import Character
from tests.sandbox.test_characters import acts_of, debtor_who
from tests.sandbox.test_clients import AT, PAUL, reminder

MEANT = {
    Character.KEEPS_WORD: Intent.PROMISE_TO_PAY,
    Character.BREAKS_WORD: Intent.PROMISE_TO_PAY,
    Character.DISPUTES: Intent.DISPUTE,
    Character.INSTALMENTS: Intent.PAYMENT_PLAN_REQUEST,
    Character.AWAY: Intent.OUT_OF_OFFICE,
    Character.BOUNCES: Intent.BOUNCE,
    Character.LEFT: Intent.WRONG_CONTACT,
    Character.WANTS_COPY: Intent.INVOICE_COPY_REQUEST,
    Character.INSOLVENT: Intent.INSOLVENCY,
    Character.ENGLISH: Intent.PAID,
    Character.NEW_THREAD: Intent.PROMISE_TO_PAY,
    Character.ANSWERED: Intent.QUESTION,
}


@pytest.mark.parametrize("character", MEANT)
def test_what_a_customer_means_is_understood(character: Character) -> None:
    debtor = debtor_who(character)
    numbers = tuple(bill.number for bill in debtor.bills)
    post = next(a for a in acts_of(character, 0) if isinstance(a, Post))
    assert post.author is not Author.STAFF
    reading = understand(parse(post.raw), numbers, post.at.date(), "Europe/Paris", "EUR")
    assert reading.intents[0].intent is MEANT[character]


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("client", Client)
def test_new_text_ends_where_the_quote_begins(client: Client, language: str) -> None:
    text = "Bonjour,\n\nLe virement de 120 EUR part le 20 mars."
    letter = Letter(PAUL, "compta@vauban.example", "", text, AT, language, reminder())
    mail = parse(write(letter, client))
    assert mail.new_text.replace("\r\n", "\n").strip() == text
    assert "La facture est due" in mail.quoted_text
