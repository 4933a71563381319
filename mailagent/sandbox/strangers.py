"""Mail that has nothing to do with the reminders, as every shared mailbox receives it."""

from __future__ import annotations

from datetime import date, datetime, time
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from mailagent.sandbox.acts import Author, Post
from mailagent.sandbox.machines import arrived
from mailagent.sandbox.story import ACCOUNTANT, ZONE


def strangers() -> tuple[Post, ...]:
    """A newsletter, a salesman, a supplier."""
    return (
        _mail(
            date(2026, 3, 5),
            "Bois & Négoce <lettre@bois-negoce.example>",
            "La lettre du bois n° 118",
            "Tendances du chêne massif au printemps.\n\nSe désabonner : https://bois-negoce.example/stop",
            {"List-Unsubscribe": "<https://bois-negoce.example/stop>", "Precedence": "bulk"},
        ),
        _mail(
            date(2026, 3, 19),
            "Kevin de Lead-Booster <kevin@lead-booster.example>",
            "Doublez votre chiffre d'affaires",
            "Bonjour,\n\nAvez-vous 15 minutes cette semaine pour découvrir notre solution ?\n\nKevin",
        ),
        _mail(
            date(2026, 4, 8),
            "Quincaillerie Mercier <commandes@quincaillerie-mercier.example>",
            "Votre commande 88120 est prête",
            "Bonjour,\n\nVotre commande de charnières est prête à notre comptoir.\n\nÀ bientôt",
        ),
    )


def _mail(
    day: date, author: str, subject: str, text: str, headers: dict[str, str] | None = None
) -> Post:
    at = datetime.combine(day, time(11, 20), ZONE)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = author
    mail["To"] = ACCOUNTANT.address
    mail["Subject"] = subject
    mail["Date"] = format_datetime(at)
    address = author.partition("<")[2].rstrip(">")
    mail["Message-ID"] = f"<{day.isoformat()}@{address.partition('@')[2]}>"
    for name, value in (headers or {}).items():
        mail[name] = value
    mail.set_content(text, cte="quoted-printable")
    raw = arrived(mail.as_bytes(), at, ACCOUNTANT.address, address)
    return Post(at, "", Author.STRANGER, raw, "nothing to do with invoices")
