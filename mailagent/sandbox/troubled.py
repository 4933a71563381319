"""Those who need a person: absent, gone, in dispute, in difficulties, or mute."""

from __future__ import annotations

from datetime import date, timedelta

from mailagent.sandbox.acts import Act, Author, Hush, Post
from mailagent.sandbox.answers import claire_answers, in_words, machine_answers
from mailagent.sandbox.clients import Client
from mailagent.sandbox.correspondence import Letter, Person
from mailagent.sandbox.machines import arrived, bounce
from mailagent.sandbox.scene import Scene
from mailagent.sandbox.story import ACCOUNTANT, ZONE, Bill, amount_text

Acts = tuple[Act, ...]


def disputes(scene: Scene) -> Acts:
    """Contests the first invoice, through a gateway that drops references; pays the other on time."""
    contested, other = scene.debtor.bills
    if contested not in scene.named() or not scene.first_time(contested):
        return ()
    text = scene.one_of(
        f"Bonjour,\n\nNous contestons la facture {contested.number} : vous avez facturé 12 m² de "
        "parquet alors que 10 m² seulement ont été posés. Nous attendons un avoir avant tout "
        "règlement.\n\nBien à vous,\nDr Anne Vidal\nPharmacie Perrache",
        f"Bonjour,\n\nLe montant de la facture {contested.number} ne correspond pas au devis "
        "signé : la dépose de l'ancien comptoir y est comptée deux fois. Merci de la corriger, "
        "nous ne la réglerons pas en l'état.\n\nDr Anne Vidal",
    )
    at, gist, hush = scene.moment(3), "contests the invoice", Hush(None, (contested.number,))
    contests = scene.answer(text, at, gist, hush, loses_thread=True)
    return (contests, scene.pay(other, other.due))


def instalments(scene: Scene) -> Acts:
    """Asks for three instalments; Claire agrees, the first two are paid."""
    bill = scene.named()[0]
    if len(scene.mails) > 1:
        return ()
    part = bill.amount // 3
    first = date(2026, 3, 16)
    text = (
        "Bonjour,\n\nLe début d'année a été difficile et nous ne pouvons pas régler "
        f"{amount_text(bill.amount)} € en une seule fois. Serait-il possible de payer en 3 fois, soit "
        f"{amount_text(part)} € par mois à partir du {in_words(first)} ?\n\n"
        "Merci de votre compréhension,\nMylène Faure\nCoiffure Élégance"
    )
    asked = scene.answer(text, scene.moment(1), "asks for 3 instalments", Hush(None))
    agreed = claire_answers(
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


def away(scene: Scene) -> Acts:
    """Her machine answers until she is back; then she pays without a word."""
    back = date(2026, 3, 30)
    if scene.today >= back:
        return tuple(
            scene.pay(b, max(scene.today + timedelta(days=3), b.due))
            for b in scene.named()
            if not _was_read_since(scene, b, back)
        )
    text = (
        f"Bonjour,\n\nJe suis absente du bureau jusqu'au {in_words(back - timedelta(days=3))} inclus, "
        f"sans accès à ma messagerie. Je traiterai votre message à mon retour, le {in_words(back)}.\n\n"
        "Sophie Morel\nCabinet Morel Architectes"
    )
    return (
        machine_answers(
            scene,
            "Réponse automatique :",
            text,
            "out of office until 30 Mar",
            Hush(date(2026, 3, 29)),
        ),
    )


def bounces(scene: Scene) -> Acts:
    at = scene.mail.at.astimezone(ZONE) + timedelta(minutes=1)
    report = bounce(
        scene.mail, at, "5.1.10",
        "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
    )  # fmt: skip
    raw = arrived(report, at, ACCOUNTANT.address, "")
    return (Post(at, scene.debtor.ref, Author.MACHINE, raw, "address does not exist", Hush(None)),)


def left(scene: Scene) -> Acts:
    text = (
        "Bonjour,\n\nMadame Nathalie Keller ne fait plus partie de notre société depuis le 31 janvier "
        "2026. Cette adresse n'est plus relevée. Merci d'adresser vos messages à "
        f"compta@{scene.debtor.contact.domain}.\n\nHôtel Bellecour"
    )
    return (
        machine_answers(scene, "Réponse automatique :", text, "has left the company", Hush(None)),
    )


def insolvent(scene: Scene) -> Acts:
    """The liquidator writes, from an address nobody has seen before."""
    if len(scene.mails) > 1:
        return ()
    liquidator = Person("SELARL Aubert & Fils", "etude@aubert-mandataires.example")
    judged = scene.calendar.add_working_days(scene.today, 5)
    text = (
        f"Madame, Monsieur,\n\nPar jugement du {in_words(judged)}, le tribunal des activités économiques de "
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


def silent(_scene: Scene) -> Acts:
    return ()


def _was_read_since(scene: Scene, bill: Bill, day: date) -> bool:
    return any(
        bill.number in m.invoices and m.at.astimezone(ZONE).date() >= day for m in scene.mails[:-1]
    )
