"""`mailagent parse --json`: a mail as plain JSON values. Other programs rely on this shape."""

from __future__ import annotations

from collections.abc import Iterable

from mailagent.core.mail import Address, Bounce, Forwarded, ParsedMail

Json = None | bool | int | float | str | list["Json"] | dict[str, "Json"]


def as_json(mail: ParsedMail) -> dict[str, Json]:
    """The parts of a mail by their stable names."""
    return {
        "message_id": mail.message_id,
        "from": _addresses(mail.from_),
        "to": _addresses(mail.to),
        "cc": _addresses(mail.cc),
        "reply_to": _addresses(mail.reply_to),
        "subject": mail.subject,
        "date": mail.date.isoformat() if mail.date else None,
        "text": mail.text,
        "new_text": mail.new_text,
        "quoted_text": mail.quoted_text,
        "signature": mail.signature,
        "attachments": [
            {
                "filename": attachment.filename,
                "content_type": attachment.content_type,
                "size": attachment.size,
                "sha256": attachment.sha256,
            }
            for attachment in mail.attachments
        ],
        "auto_reply": mail.auto_reply,
        "bounce": _bounce(mail.bounce) if mail.bounce else None,
        "forwarded": _forwarded(mail.forwarded) if mail.forwarded else None,
        "in_reply_to": list(mail.in_reply_to),
        "references": list(mail.references),
        "machine": mail.machine.value if mail.machine else None,
        "problems": list(mail.problems),
        "unreadable": mail.unreadable or None,
    }


def _addresses(found: Iterable[Address]) -> list[Json]:
    return [{"address": a.address, "name": a.name} for a in found]


def _bounce(bounce: Bounce) -> dict[str, Json]:
    return {
        "recipients": [
            {"address": r.address, "action": r.action, "status": r.status, "hard": r.hard}
            for r in bounce.recipients
        ],
        "original_message_id": bounce.original_message_id,
    }


def _forwarded(forwarded: Forwarded) -> dict[str, Json]:
    return {
        "from": _addresses(forwarded.from_),
        "to": _addresses(forwarded.to),
        "cc": _addresses(forwarded.cc),
        "subject": forwarded.subject,
        "date": forwarded.date.isoformat() if forwarded.date else None,
        "text": forwarded.text,
        "message": forwarded.message,
    }
