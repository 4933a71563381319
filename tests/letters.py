"""Mails that customers, staff and servers send in tests, built by hand so that each byte is known."""

from __future__ import annotations

from datetime import datetime
from email.utils import format_datetime


def reply(
    text: str,
    *,
    sender: str = "anne@petit.example",
    to: str = "compta@martin.example",
    subject: str = "Re: votre facture",
    answers: str = "",
    message_id: str = "",
    at: datetime | None = None,
    cc: str = "",
    extra: str = "",
) -> bytes:
    """A plain mail; `answers` is the Message-ID it replies to."""
    head = [f"From: <{sender}>", f"To: <{to}>", f"Subject: {subject}"]
    if cc:
        head.append(f"Cc: <{cc}>")
    if at:
        head.append(f"Date: {format_datetime(at)}")
    if answers:
        head += [f"In-Reply-To: {answers}", f"References: {answers}"]
    head.append(
        f"Message-ID: {message_id or f'<{abs(hash((text, sender, subject, answers)))}@client.example>'}"
    )
    head += ["Content-Type: text/plain; charset=utf-8", "Content-Transfer-Encoding: 8bit"]
    if extra:
        head.append(extra)
    return ("\r\n".join(head) + "\r\n\r\n" + text.replace("\n", "\r\n") + "\r\n").encode()
