"""The characters are pure: the same reminder leads to the same acts."""

from datetime import date, datetime, time, timedelta
from email.message import EmailMessage
from email.policy import SMTP

import pytest

from mailagent.core.calendar import Calendar
from mailagent.core.company import SendingWindow
from mailagent.sandbox.acts import Act, Author, Pay, Post
from mailagent.sandbox.characters import react
from mailagent.sandbox.correspondence import ReadMail, read
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.story import (
    ACCOUNTANT,
    FIRST_DAY,
    ZONE,
    Bill,
    Character,
    Debtor,
    build_story,
)
from mailagent.sandbox.strangers import strangers

STORY = build_story(1)
CALENDAR = Calendar("FR", "", SendingWindow(), "Europe/Paris")


def debtor_who(character: Character) -> Debtor:
    return next(d for d in STORY.debtors if d.character is character)


def reminder(debtor: Debtor, bills: tuple[Bill, ...], day: date) -> ReadMail:
    mail = EmailMessage(policy=SMTP)
    mail["From"] = str(ACCOUNTANT)
    mail["To"] = str(debtor.contact)
    mail["Subject"] = "Facture " + ", ".join(b.number for b in bills)
    mail["Message-ID"] = f"<{day}@vauban.example>"
    mail.set_content("Sauf erreur de notre part, cette facture reste due.")
    return read(mail.as_bytes(), datetime.combine(day, time(8, 31), ZONE))


def acts_of(character: Character, *days_of_first_bill: int) -> tuple[Act, ...]:
    """What he does after reminders of his first invoice, so many days after the first day."""
    debtor = debtor_who(character)
    mails = [
        reminder(debtor, debtor.bills[:1], FIRST_DAY + timedelta(days=day))
        for day in days_of_first_bill
    ]
    acts: tuple[Act, ...] = ()
    for count in range(1, len(mails) + 1):
        acts += react(Scene(STORY, debtor, CALENDAR, tuple(mails[:count])))
    return acts


def kinds(acts: tuple[Act, ...]) -> list[str]:
    return [a.author.value if isinstance(a, Post) else "pay" for a in acts]


@pytest.mark.parametrize(
    ("character", "days", "expected"),
    [
        (Character.PUNCTUAL, (7,), ["pay"]),
        (Character.LATE, (1, 7), ["pay"]),  # before the due date he does nothing
        (Character.KEEPS_WORD, (0,), ["customer", "pay"]),
        (Character.BREAKS_WORD, (0, 15, 23, 38), ["customer", "customer", "pay"]),
        (Character.DISPUTES, (0,), ["customer", "pay"]),
        (Character.INSTALMENTS, (0,), ["customer", "staff", "pay", "pay"]),
        (Character.AWAY, (4, 31), ["machine", "pay"]),
        (Character.BOUNCES, (0,), ["machine"]),
        (Character.LEFT, (3,), ["machine"]),
        (Character.WANTS_COPY, (1,), ["customer", "staff", "pay"]),
        (Character.INSOLVENT, (0,), ["customer"]),
        (Character.SILENT, (0, 7, 14, 23, 43), []),
        (Character.ENGLISH, (0,), ["customer", "pay"]),
        (Character.NEW_THREAD, (3,), ["customer", "pay"]),
        (Character.ANSWERED, (2,), ["customer", "staff", "pay"]),
    ],
)
def test_each_character_acts_in_his_way(
    character: Character, days: tuple[int, ...], expected: list[str]
) -> None:
    assert kinds(acts_of(character, *days)) == expected
    assert acts_of(character, *days) == acts_of(character, *days)


@pytest.mark.parametrize("character", Character)
def test_nobody_acts_before_he_has_read(character: Character) -> None:
    read_at = datetime.combine(FIRST_DAY + timedelta(days=2), time(8, 31), ZONE)
    assert all(act.at > read_at for act in acts_of(character, 2))


def test_money_is_booked_on_working_days() -> None:
    pays = [a for c in Character for a in acts_of(c, 2) if isinstance(a, Pay)]
    assert all(CALENDAR.is_working_day(pay.at.date()) for pay in pays)


def test_who_keeps_his_word_pays_on_the_promised_day() -> None:
    post, pay = acts_of(Character.KEEPS_WORD, 0)
    assert isinstance(post, Post)
    assert post.hush is not None
    assert post.hush.until is not None
    assert pay.at.date() == CALENDAR.add_working_days(post.hush.until, 1)


def test_a_new_thread_comes_from_another_address_of_the_same_house() -> None:
    post, _ = acts_of(Character.NEW_THREAD, 3)
    assert isinstance(post, Post)
    mail = read(post.raw, post.at)
    assert mail.author.address != debtor_who(Character.NEW_THREAD).contact.address
    assert mail.author.domain == debtor_who(Character.NEW_THREAD).contact.domain
    assert mail.invoices == ()


def test_the_accountant_answers_in_the_thread_and_leaves_a_copy_in_sent() -> None:
    asked, answered, _ = acts_of(Character.ANSWERED, 2)
    assert isinstance(asked, Post)
    assert isinstance(answered, Post)
    question, answer = read(asked.raw, asked.at), read(answered.raw, answered.at)
    assert answered.folder == "Sent"
    assert answer.author == ACCOUNTANT
    assert answer.reader.address == question.author.address
    assert question.message_id in answer.references


def test_strangers_are_no_customers() -> None:
    addresses = {d.contact.address for d in STORY.debtors}
    for post in strangers():
        assert post.author is Author.STRANGER
        assert read(post.raw, post.at).author.address not in addresses
