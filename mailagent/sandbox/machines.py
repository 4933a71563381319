"""Mail that programs write: delivery reports (RFC 3464), automatic answers, and the traces of transport."""

from __future__ import annotations

import hashlib
from datetime import datetime
from email.message import EmailMessage, Message
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.text import MIMEText
from email.policy import SMTP
from email.utils import format_datetime

from mailagent.sandbox.correspondence import Person, ReadMail


def bounce(original: ReadMail, at: datetime, status: str, diagnostic: str) -> bytes:
    """Exchange's report that a mail could not be delivered."""
    failed = original.reader
    report = MIMEMultipart("report", policy=SMTP)
    report.set_param("report-type", "delivery-status")
    report["From"] = f"Microsoft Outlook <MicrosoftExchange329e71ec88ae4615@{failed.domain}>"
    report["To"] = original.reply_to
    report["Subject"] = f"Non remis : {original.subject}"
    report["Date"] = format_datetime(at)
    report["Message-ID"] = f"<{_mark(original, at)}@{failed.domain}>"
    report["In-Reply-To"] = original.message_id
    report["References"] = original.message_id
    report["Auto-Submitted"] = "auto-replied"
    report["X-MS-Exchange-Message-Is-Ndr"] = ""
    told = (
        f"Échec de remise à ces destinataires ou groupes :\n\n{failed.address}\n"
        "L'adresse de messagerie que vous avez entrée est introuvable. Vérifiez l'adresse du "
        "destinataire et réessayez d'envoyer le message.\n\n"
        f"Informations de diagnostic pour les administrateurs :\n\n{failed.address}\n{diagnostic}\n"
    )
    report.attach(MIMEText(told, "plain", "utf-8", policy=SMTP))
    report.attach(_delivery_status(failed, at, status, diagnostic))
    headers = MIMEBase("text", "rfc822-headers", policy=SMTP)
    headers.set_payload(_header_lines(original.raw))
    report.attach(headers)
    report.set_boundary(f"_{_mark(original, at)[:36]}_")
    return report.as_bytes(policy=SMTP)


def automatic_answer(
    original: ReadMail, author: Person, at: datetime, subject: str, text: str
) -> bytes:
    """What Exchange sends for someone who set it up (RFC 3834)."""
    mail = EmailMessage(policy=SMTP)
    mail["From"] = str(author)
    mail["To"] = original.reply_to
    mail["Subject"] = f"{subject} {original.subject}"
    mail["Date"] = format_datetime(at)
    mail["Message-ID"] = f"<{_mark(original, at)}@{author.domain}>"
    mail["In-Reply-To"] = original.message_id
    mail["References"] = original.message_id
    mail["Auto-Submitted"] = "auto-generated"
    mail["X-Auto-Response-Suppress"] = "All"
    mail["X-MS-Exchange-Inbox-Rules-Loop"] = author.address
    mail.set_content(text, cte="quoted-printable")
    return mail.as_bytes()


def arrived(raw: bytes, at: datetime, to: str, envelope_sender: str) -> bytes:
    """The mail with what our own border server writes on top of it (RFC 5321 §4.4, RFC 8601)."""
    domain = envelope_sender.partition("@")[2]
    host = domain or "mail.example"
    border = f"mx.{to.partition('@')[2]}"
    verdict = f"spf=pass smtp.mailfrom={domain}; dkim=pass header.d={domain}; dmarc=pass"
    trace = (
        f"Return-Path: <{envelope_sender}>\r\n"
        f"Delivered-To: {to}\r\n"
        f"Authentication-Results: {border}; {verdict if domain else 'none'}\r\n"
        f"Received: from out.{host} (out.{host} [192.0.2.25]) by {border} with ESMTPS;\r\n"
        f"\t{format_datetime(at)}\r\n"
    )
    return trace.encode() + raw


def _delivery_status(failed: Person, at: datetime, status: str, diagnostic: str) -> MIMEBase:
    server = Message(policy=SMTP)
    server["Reporting-MTA"] = f"dns;mx.{failed.domain}"
    server["Arrival-Date"] = format_datetime(at)
    recipient = Message(policy=SMTP)
    recipient["Final-Recipient"] = f"rfc822;{failed.address}"
    recipient["Action"] = "failed"
    recipient["Status"] = status
    recipient["Diagnostic-Code"] = f"smtp;{diagnostic}"
    part = MIMEBase("message", "delivery-status", policy=SMTP)
    part.set_payload([server, recipient])
    return part


def _header_lines(raw: bytes) -> str:
    return raw.partition(b"\r\n\r\n")[0].decode("ascii", "surrogateescape")


def _mark(original: ReadMail, at: datetime) -> str:
    return hashlib.sha256(f"{original.message_id}{at.isoformat()}".encode()).hexdigest()[:40]
