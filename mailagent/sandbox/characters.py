"""The fifteen characters: what each does when a reminder reaches him, as a pure function of the scene."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from babel.dates import format_date

from mailagent.sandbox.acts import Act, Author, Hush, Post
from mailagent.sandbox.clients import Client, write
from mailagent.sandbox.correspondence import Letter, Person, read
from mailagent.sandbox.machines import arrived, automatic_answer, bounce
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.story import ACCOUNTANT, ZONE, Bill, Character, amount_text

Acts = tuple[Act, ...]


def react(scene: Scene) -> Acts:
    """What follows from the reminder that was just read."""
    return _CHARACTERS[scene.debtor.character](scene)


def _punctual(scene: Scene) -> Acts:
    return tuple(scene.pay(b, b.due) for b in scene.named() if scene.first_time(b))


def _late(scene: Scene) -> Acts:
    """Pays four days after the first reminder that says "overdue", without a word."""
    late = (b for b in scene.named() if scene.is_after_due(b) and not _was_late(scene, b))
    return tuple(scene.pay(b, scene.today + timedelta(days=4)) for b in late)


def _keeps_word(scene: Scene) -> Acts:
    bill = scene.named()[0]
    if not scene.is_after_due(bill):
        return _punctual(scene)
    promised = scene.calendar.add_working_days(scene.today, 14)
    text = scene.one_of(
        f"Bonjour,\n\nNous avons bien reçu votre rappel. La facture {bill.number} sera réglée par "
        f"virement le {_day(promised)}.\n\nCordialement,\nHélène Rochefort\nImprimerie Rochefort",
        "Bonjour Madame,\n\nVeuillez excuser ce retard, notre validation interne a pris du temps. "
        f"Le virement de {amount_text(bill.amount)} € partira le {_day(promised)}.\n\n"
        "Bien cordialement,\nHélène Rochefort",
    )
    return (
        scene.answer(
            text, scene.moment(1), f"will pay on {_short(promised)}", Hush(promised, (bill.number,))
        ),
        scene.pay(bill, promised),
    )


def _breaks_word(scene: Scene) -> Acts:
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
        f"Bonjour, je vous règle {_day(promised)} sans faute. Cdt, Karim"
        if reminders == 1
        else "Bonjour,\n\nj'ai eu un souci de trésorerie, je fais le virement de "
        f"{amount_text(first.amount)} € le {_day(promised)}, promis.\n\nKarim"
    )
    gist = f"will pay on {_short(promised)} (and will not)"
    return (*acts, scene.answer(text, scene.moment(2), gist, Hush(promised, (first.number,))))


def _disputes(scene: Scene) -> Acts:
    """Contests the first invoice and pays the other one on time."""
    contested, other = scene.debtor.bills
    acts: list[Act] = []
    if other in scene.named() and scene.first_time(other):
        acts.append(scene.pay(other, other.due))
    if contested in scene.named() and scene.first_time(contested):
        text = scene.one_of(
            f"Bonjour,\n\nNous contestons la facture {contested.number} : vous avez facturé 12 m² de "
            "parquet alors que 10 m² seulement ont été posés. Nous attendons un avoir avant tout "
            "règlement.\n\nBien à vous,\nDr Anne Vidal\nPharmacie Perrache",
            f"Bonjour,\n\nLe montant de la facture {contested.number} ne correspond pas au devis "
            "signé : la dépose de l'ancien comptoir y est comptée deux fois. Merci de la corriger, "
            "nous ne la réglerons pas en l'état.\n\nDr Anne Vidal",
        )
        hush = Hush(None, (contested.number,))
        acts.append(scene.answer(text, scene.moment(3), "contests the invoice", hush))
    return tuple(acts)


def _instalments(scene: Scene) -> Acts:
    """Asks for three instalments; Claire agrees, the first two are paid."""
    bill = scene.named()[0]
    if len(scene.mails) > 1:
        return ()
    part = bill.amount // 3
    first = date(2026, 3, 16)
    text = (
        "Bonjour,\n\nLe début d'année a été difficile et nous ne pouvons pas régler "
        f"{amount_text(bill.amount)} € en une seule fois. Serait-il possible de payer en 3 fois, soit "
        f"{amount_text(part)} € par mois à partir du {_day(first)} ?\n\n"
        "Merci de votre compréhension,\nMylène Faure\nCoiffure Élégance"
    )
    asked = scene.answer(text, scene.moment(1), "asks for 3 instalments", Hush(None))
    agreed = _claire(
        scene,
        asked,
        f"Bonjour Madame Faure,\n\nC'est d'accord pour trois versements de {amount_text(part)} €, "
        "le 16 de chaque mois à partir de mars.\n\nBien cordialement,\nClaire Martin",
    )
    return (
        asked,
        agreed,
        scene.pay(bill, first, part, " 1/3"),
        scene.pay(bill, date(2026, 4, 16), part, " 2/3"),
    )


def _away(scene: Scene) -> Acts:
    """Her machine answers until she is back; then she pays without a word."""
    back = date(2026, 3, 30)
    if scene.today >= back:
        return tuple(
            scene.pay(b, max(scene.today + timedelta(days=3), b.due))
            for b in scene.named()
            if not _was_read_since(scene, b, back)
        )
    text = (
        f"Bonjour,\n\nJe suis absente du bureau jusqu'au {_day(back - timedelta(days=3))} inclus, "
        f"sans accès à ma messagerie. Je traiterai votre message à mon retour, le {_day(back)}.\n\n"
        "Sophie Morel\nCabinet Morel Architectes"
    )
    return (
        _automatic(
            scene,
            "Réponse automatique :",
            text,
            "out of office until 30 Mar",
            Hush(date(2026, 3, 29)),
        ),
    )


def _bounces(scene: Scene) -> Acts:
    at = scene.mail.at.astimezone(ZONE) + timedelta(minutes=1)
    report = bounce(
        scene.mail, at, "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    )  # fmt: skip
    raw = arrived(report, at, ACCOUNTANT.address, "")
    return (Post(at, scene.debtor.ref, Author.MACHINE, raw, "address does not exist", Hush(None)),)


def _left(scene: Scene) -> Acts:
    text = (
        "Bonjour,\n\nMadame Nathalie Keller ne fait plus partie de notre société depuis le 31 janvier "
        "2026. Cette adresse n'est plus relevée. Merci d'adresser vos messages à "
        f"compta@{scene.debtor.contact.domain}.\n\nHôtel Bellecour"
    )
    return (_automatic(scene, "Réponse automatique :", text, "has left the company", Hush(None)),)


def _wants_copy(scene: Scene) -> Acts:
    bill = scene.named()[0]
    if bill != scene.debtor.bills[0]:
        return _late(scene)
    if not scene.first_time(bill):
        return ()
    text = (
        f"Bonjour,\n\nJe ne retrouve pas la facture {bill.number} dans nos dossiers. Pourriez-vous me "
        "la renvoyer en PDF ?\n\nMerci d'avance,\nÉtienne Roux\nLibrairie Passages"
    )
    asked = scene.answer(text, scene.moment(1), "wants the invoice again", Hush(None))
    sent = _claire(
        scene,
        asked,
        f"Bonjour Monsieur Roux,\n\nVoici à nouveau la facture {bill.number}.\n\n"
        "Bonne journée,\nClaire Martin",
    )
    return (asked, sent, scene.pay(bill, scene.calendar.add_working_days(scene.today, 7)))


def _insolvent(scene: Scene) -> Acts:
    """The liquidator writes, from an address nobody has seen before."""
    if len(scene.mails) > 1:
        return ()
    liquidator = Person("SELARL Aubert & Fils", "etude@aubert-mandataires.example")
    judged = scene.calendar.add_working_days(scene.today, 5)
    text = (
        f"Madame, Monsieur,\n\nPar jugement du {_day(judged)}, le tribunal des activités économiques de "
        f"Lyon a prononcé la liquidation judiciaire de la société {scene.debtor.name} et m'a désigné "
        "en qualité de liquidateur.\n\nJe vous invite à déclarer votre créance, notamment la facture "
        f"{scene.named()[0].number}, dans les deux mois de la publication au BODACC.\n\n"
        "Maître Aubert, mandataire judiciaire"
    )
    letter = Letter(
        liquidator,
        ACCOUNTANT.address,
        f"Liquidation judiciaire {scene.debtor.name} - déclaration de créance",
        text,
        scene.moment(7),
    )
    return (scene.post(letter, "in liquidation", Hush(None), Client.THUNDERBIRD),)


def _silent(_scene: Scene) -> Acts:
    return ()


def _english(scene: Scene) -> Acts:
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


def _new_thread(scene: Scene) -> Acts:
    """The owner answers for the bookkeeper: another address, a new subject, no invoice number."""
    bill = scene.named()[0]
    if bill != scene.debtor.bills[0]:
        return _punctual(scene)
    if not scene.first_time(bill):
        return ()
    owner = Person("Bruno Vasseur", f"bruno.vasseur@{scene.debtor.contact.domain}")
    promised = scene.calendar.add_working_days(scene.today, 6)
    text = (
        "Bonjour,\n\nJulie m'a transmis vos messages. Je m'en occupe moi-même : le paiement sera fait "
        f"le {_day(promised)}.\n\nBonne journée,\nBruno Vasseur\nCave Saint-Antoine"
    )
    letter = Letter(owner, ACCOUNTANT.address, "Notre règlement", text, scene.moment(1))
    gist = f"will pay on {_short(promised)} (new thread)"
    return (
        scene.post(letter, gist, Hush(promised, (bill.number,)), scene.debtor.client),
        scene.pay(bill, promised),
    )


def _answered(scene: Scene) -> Acts:
    """Has a question that no machine should answer; Claire does, from her own mail program."""
    bill = scene.named()[0]
    if bill != scene.debtor.bills[0]:
        return _punctual(scene)
    if not scene.first_time(bill):
        return ()
    text = (
        "Bonjour,\n\nÀ quoi correspond la ligne « fournitures complémentaires » de la facture "
        f"{bill.number} ? Le trésorier voudrait comprendre.\n\nPaul Anselme\nÉcole de musique Berlioz"
    )
    asked = scene.answer(text, scene.moment(1), "asks what a line means", Hush(None))
    answered = _claire(
        scene,
        asked,
        "Bonjour Monsieur Anselme,\n\nIl s'agit des joints acoustiques demandés par votre directrice "
        "le 12 janvier ; je vous appelle si besoin.\n\nBien cordialement,\nClaire Martin",
    )
    return (asked, answered, scene.pay(bill, scene.calendar.add_working_days(scene.today, 10)))


_CHARACTERS: dict[Character, Callable[[Scene], Acts]] = {
    Character.PUNCTUAL: _punctual,
    Character.LATE: _late,
    Character.KEEPS_WORD: _keeps_word,
    Character.BREAKS_WORD: _breaks_word,
    Character.DISPUTES: _disputes,
    Character.INSTALMENTS: _instalments,
    Character.AWAY: _away,
    Character.BOUNCES: _bounces,
    Character.LEFT: _left,
    Character.WANTS_COPY: _wants_copy,
    Character.INSOLVENT: _insolvent,
    Character.SILENT: _silent,
    Character.ENGLISH: _english,
    Character.NEW_THREAD: _new_thread,
    Character.ANSWERED: _answered,
}


def _was_late(scene: Scene, bill: Bill) -> bool:
    """True when an earlier reminder already said that it is overdue."""
    return any(
        bill.number in m.invoices and m.at.astimezone(ZONE).date() > bill.due
        for m in scene.mails[:-1]
    )


def _was_read_since(scene: Scene, bill: Bill, day: date) -> bool:
    return any(
        bill.number in m.invoices and m.at.astimezone(ZONE).date() >= day for m in scene.mails[:-1]
    )


def _claire(scene: Scene, asked: Post, text: str) -> Post:
    """The accountant answers from Thunderbird; all the daemon sees is the copy in Sent."""
    day = scene.calendar.add_working_days(asked.at.date(), 1)
    at = datetime.combine(day, time(9, 40), ZONE)
    question = read(asked.raw, asked.at)
    letter = Letter(ACCOUNTANT, question.reply_to, "", text, at, answers=question)
    until = scene.calendar.add_working_days(day, scene.story.company.policy.human_pause_days)
    raw = write(letter, Client.THUNDERBIRD)
    gist = "Claire answers personally"
    return Post(at, scene.debtor.ref, Author.STAFF, raw, gist, Hush(until), folder="Sent")


def _automatic(scene: Scene, subject: str, text: str, gist: str, hush: Hush) -> Post:
    at = scene.mail.at.astimezone(ZONE) + timedelta(minutes=1)
    answer = automatic_answer(scene.mail, scene.debtor.contact, at, subject, text)
    raw = arrived(answer, at, ACCOUNTANT.address, "")
    return Post(at, scene.debtor.ref, Author.MACHINE, raw, gist, hush)


def _day(day: date) -> str:
    """As people write it: "vendredi 13 mars"."""
    return format_date(day, "EEEE d MMMM", locale="fr")


def _short(day: date) -> str:
    return format_date(day, "d MMM", locale="en")
