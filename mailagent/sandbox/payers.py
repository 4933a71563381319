"""Those who pay in the end: on time, late, after a promise, after a question."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from babel.dates import format_date

from mailagent.sandbox.acts import Act, Hush
from mailagent.sandbox.answers import claire_answers, in_words
from mailagent.sandbox.correspondence import Letter, Person
from mailagent.sandbox.news import short_day
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.story import ACCOUNTANT, ZONE, Bill, amount_text

Acts = tuple[Act, ...]


def punctual(scene: Scene) -> Acts:
    return tuple(scene.pay(b, b.due) for b in scene.named() if scene.first_time(b))


def late(scene: Scene) -> Acts:
    """Pays four days after the first reminder that says "overdue", without a word."""
    overdue = (b for b in scene.named() if scene.is_after_due(b) and not _was_late(scene, b))
    return tuple(scene.pay(b, scene.today + timedelta(days=4)) for b in overdue)


def keeps_word(scene: Scene) -> Acts:
    bill = scene.named()[0]
    if not scene.is_after_due(bill):
        return punctual(scene)
    promised = scene.calendar.add_working_days(scene.today, 14)
    text = scene.one_of(
        f"Bonjour,\n\nNous avons bien reçu votre rappel. La facture {bill.number} sera réglée par "
        f"virement le {in_words(promised)}.\n\nCordialement,\nHélène Rochefort\nImprimerie Rochefort",
        "Bonjour Madame,\n\nVeuillez excuser ce retard, notre validation interne a pris du temps. "
        f"Le virement de {amount_text(bill.amount)} € partira le {in_words(promised)}.\n\n"
        "Bien cordialement,\nHélène Rochefort",
    )
    return (
        scene.answer(
            text,
            scene.moment(1),
            f"will pay on {short_day(promised)}",
            Hush(promised, (bill.number,)),
        ),
        scene.pay(bill, promised),
    )


def breaks_word(scene: Scene) -> Acts:
    """Promises twice, keeps neither, and pays when the formal notice comes."""
    first, second = scene.debtor.bills
    acts: list[Act] = []
    if second in scene.named() and scene.first_time(second):
        acts.append(scene.pay(second, second.due + timedelta(days=2)))
    reminders = sum(first.number in mail.invoices for mail in scene.mails)
    if first not in scene.named() or reminders not in {1, 3, 4}:
        return tuple(acts)
    if reminders == 4:
        return (*acts, scene.pay(first, scene.today + timedelta(days=3)))
    promised = scene.calendar.add_working_days(scene.today, 9 if reminders == 1 else 6)
    text = (
        f"Bonjour, je vous règle {in_words(promised)} sans faute. Cdt, Karim"
        if reminders == 1
        else "Bonjour,\n\nj'ai eu un souci de trésorerie, je fais le virement de "
        f"{amount_text(first.amount)} € le {in_words(promised)}, promis.\n\nKarim"
    )
    gist = f"will pay on {short_day(promised)} (and will not)"
    return (*acts, scene.answer(text, scene.moment(2), gist, Hush(promised, (first.number,))))


def english(scene: Scene) -> Acts:
    """Says it is paid, and it is; promises the next one, and keeps it."""
    first, second = scene.debtor.bills
    acts: list[Act] = []
    if first in scene.named() and scene.first_time(first):
        # The answer comes ten seconds before the next reminder would leave.
        just_before = scene.calendar.next_working_day(first.due + timedelta(days=10))
        at = datetime.combine(just_before, time(8, 29, 50), ZONE)
        paid_on = scene.calendar.add_working_days(scene.today, 3)
        text = (
            f"Dear Claire,\n\nPlease note that invoice {first.number} was paid on "
            f"{format_date(paid_on, 'd MMMM', locale='en')} by bank transfer (our reference "
            "HI-20441). It should reach your account within two days.\n\n"
            "Kind regards,\nEmma Clarke\nAccounts Payable, Harrington Interiors Ltd"
        )
        hush = Hush(scene.calendar.add_working_days(just_before, 3), (first.number,))
        acts.append(scene.answer(text, at, "says it is paid", hush))
        acts.append(scene.pay(first, just_before))
    if second in scene.named() and scene.first_time(second):
        promised = date(2026, 4, 10)
        text = (
            f"Hello,\n\nThank you for the reminder. We will pay invoice {second.number} in our "
            "payment run on 10 April 2026.\n\nBest wishes,\nEmma Clarke"
        )
        acts.append(
            scene.answer(
                text, scene.moment(1), "will pay on 10 Apr", Hush(promised, (second.number,))
            )
        )
        acts.append(scene.pay(second, promised))
    return tuple(acts)


def new_thread(scene: Scene) -> Acts:
    """The owner answers for the bookkeeper: another address, a new subject, no invoice number."""
    bill = scene.named()[0]
    if bill != scene.debtor.bills[0]:
        return punctual(scene)
    if not scene.first_time(bill):
        return ()
    owner = Person("Bruno Vasseur", f"bruno.vasseur@{scene.debtor.contact.domain}")
    promised = scene.calendar.add_working_days(scene.today, 6)
    text = (
        "Bonjour,\n\nJulie m'a transmis vos messages. Je m'en occupe moi-même : le paiement sera fait "
        f"le {in_words(promised)}.\n\nBonne journée,\nBruno Vasseur\nCave Saint-Antoine"
    )
    letter = Letter(owner, ACCOUNTANT.address, "Notre règlement", text, scene.moment(1))
    gist = f"will pay on {short_day(promised)} (new thread)"
    return (
        scene.post(letter, gist, Hush(promised, (bill.number,)), scene.debtor.client),
        scene.pay(bill, promised),
    )


def wants_copy(scene: Scene) -> Acts:
    bill = scene.named()[0]
    if bill != scene.debtor.bills[0]:
        return late(scene)
    if not scene.first_time(bill):
        return ()
    text = (
        f"Bonjour,\n\nJe ne retrouve pas la facture {bill.number} dans nos dossiers. Pourriez-vous me "
        "la renvoyer en PDF ?\n\nMerci d'avance,\nÉtienne Roux\nLibrairie Passages"
    )
    asked = scene.answer(text, scene.moment(1), "wants the invoice again", Hush(None))
    sent = claire_answers(
        scene,
        asked,
        f"Bonjour Monsieur Roux,\n\nVoici à nouveau la facture {bill.number}.\n\n"
        "Bonne journée,\nClaire Martin",
    )
    return (asked, sent, scene.pay(bill, scene.calendar.add_working_days(scene.today, 7)))


def answered(scene: Scene) -> Acts:
    """Has a question that no machine should answer; Claire does, from her own mail program."""
    bill = scene.named()[0]
    if bill != scene.debtor.bills[0]:
        return punctual(scene)
    if not scene.first_time(bill):
        return ()
    text = (
        "Bonjour,\n\nÀ quoi correspond la ligne « fournitures complémentaires » de la facture "
        f"{bill.number} ? Le trésorier voudrait comprendre.\n\nPaul Anselme\nÉcole de musique Berlioz"
    )
    asked = scene.answer(text, scene.moment(1), "asks what a line means", Hush(None))
    answered = claire_answers(
        scene,
        asked,
        "Bonjour Monsieur Anselme,\n\nIl s'agit des joints acoustiques demandés par votre directrice "
        "le 12 janvier ; je vous appelle si besoin.\n\nBien cordialement,\nClaire Martin",
    )
    return (asked, answered, scene.pay(bill, scene.calendar.add_working_days(scene.today, 10)))


def _was_late(scene: Scene, bill: Bill) -> bool:
    """True when an earlier reminder already said that it is overdue."""
    return any(
        bill.number in m.invoices and m.at.astimezone(ZONE).date() > bill.due
        for m in scene.mails[:-1]
    )
