"""Delivery reports (RFC 3464, 6533), and the older free-form bounces.

Many servers send almost-right reports: read leniently, believe the machine-readable part first,
and guess from the text only in a mail that is plainly from a mail system.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from email import message_from_string
from email.message import Message

from flufl.bounce import all_failures

from mailagent.core.mail import Bounce, BounceRecipient
from mailagent.message.body import Body, content, text_of
from mailagent.message.charset import decode_text
from mailagent.message.headers import Part, addresses, clean, first_field, raw_fields
from mailagent.message.references import message_ids

MAX_RECIPIENTS = 100
MAX_GUESSED = 100_000  # bytes of a free-form bounce that are searched

_STATUS = re.compile(r"(?<![\d.])([245])\.(\d{1,3})\.(\d{1,3})(?![\d.])")
_REPLY_CODE = re.compile(r"(?<![\d.])([45])\d\d(?=[ \-])")
_ADDRESS = re.compile(r"[\w.!#$%&'*+/=?^{|}~-]{1,64}@[\w.-]{1,255}")
_MAILER = re.compile(
    r"^(?:mailer-daemon|postmaster|mail-daemon|maildaemon|mmdf|root|bounce[s]?|auto-reply-bounce|microsoftexchange\w{0,40})@"
    r"|^<?mailer-daemon>?$",
    re.IGNORECASE,
)
_BOUNCE_SUBJECT = re.compile(
    r"undeliver|delivery (?:status|failure|has failed|report)|returned mail|mail delivery|failure notice|"
    r"non remis|échec de (?:la )?(?:remise|distribution|livraison)|message non distribu|unzustellbar|nicht zugestellt|"
    r"no se (?:puede|pudo|ha podido) entregar|mancato recapito|impossibile (?:recapitare|consegnare)|onbestelbaar|"
    r"não (?:foi )?entreg|delayed|warning: could not send|retard",
    re.IGNORECASE,
)
_STILL_TRYING = re.compile(
    r"will be retried|will continue to (?:try|be)|still (?:trying|being)|do(?: not|n't) need to (?:resend|retry)|"
    r"warning message only|has been delayed|delivery (?:is |has been )?delayed|sera retent|nouvelles? tentatives|"
    r"could not be delivered for more than \d+ hours.{0,80}retr|delivery attempts will continue",
    re.IGNORECASE,
)
_UNKNOWN_ADDRESS = re.compile(
    r"user unknown|unknown (?:user|recipient|address|mailbox|or illegal alias)|no such (?:user|recipient|mailbox|address|person)|"
    r"(?:does|did) ?n[o']t exist|doesn't have an? .{0,30}account|recipient (?:address )?rejected: (?:undeliverable|user)|(?:recipient|mailbox|address|account)(?: \S{1,80})? (?:was )?not (?:be )?found|invalid (?:recipient|mailbox|address)|"
    r"mailbox (?:unavailable|disabled)|no mailbox here|account (?:has been |is )?(?:disabled|inactive|closed)|unrouteable address|host or domain name not found|domain (?:name )?not found|(?:adresse|destinataire|utilisateur|boîte)(?: .{0,40})? (?:inconnue?|inexistante?|introuvable)|unbekannt",
    re.IGNORECASE,
)
_FULL = re.compile(
    r"(?:mailbox|quota|inbox|boîte)(?: .{0,40})? (?:is )?(?:full|exceeded|pleine|over)|over ?quota|insufficient (?:system )?storage|storage (?:full|exceeded)",
    re.IGNORECASE,
)
# RFC 3463: permanent by number, but about the mail, the moment or the route, not the address.
_NOT_THE_ADDRESS = re.compile(
    r"5\.(?:2\.[234]|3\.\d+|4\.(?:[2356789]|316|317)|5\.\d+|6\.\d+|7\.\d+)$"
)


def read_bounce(message: Part, body: Body) -> Bounce | None:
    """The delivery report in a mail; None when it is none."""
    # A person may attach a report he got; his own words are not a server's.
    is_report = message.get_content_type() == "multipart/report" or _is_from_mail_system(message)
    recipients = _reported(body.reports) if is_report else []
    if not recipients and _looks_like_bounce(message):
        recipients = _guessed(message, body.text)
    if not recipients:
        return None
    return Bounce(tuple(recipients[:MAX_RECIPIENTS]), _original_message_id(message, body))


def _reported(reports: Iterable[Part]) -> list[BounceRecipient]:
    found = []
    for report in reports:
        for block in _blocks(report):
            recipient = _recipient(block)
            if recipient is not None:
                found.append(recipient)
    return list(dict.fromkeys(found))


def _blocks(report: Part) -> Iterator[Part]:
    """The groups of fields of a report: the first about the mail, then one per recipient."""
    payload = report.get_payload()
    if isinstance(payload, list) and report.get_content_subtype() == "delivery-status":
        blocks = [block for block in payload if isinstance(block, Message)]
        if any(len(block) for block in blocks):
            yield from blocks
            # A report encoded in base64 or quoted-printable arrives as one block of text.
            return
    source = _encoded_report(report, payload).replace("\r\n", "\n")
    for block in source.split("\n\n"):
        yield message_from_string(block.strip() + "\n\n")


def _encoded_report(report: Part, payload: object) -> str:
    """The text of a report that the parser could not cut into blocks."""
    if not isinstance(payload, list):
        return decode_text(content(report)[:MAX_GUESSED], "utf-8")
    text = "\n".join(str(block) for block in payload[:MAX_RECIPIENTS])[:MAX_GUESSED]
    encoding = first_field(report, "Content-Transfer-Encoding").strip().lower()
    carrier = message_from_string(f"Content-Transfer-Encoding: {encoding}\n\n{text.lstrip()}")
    return decode_text(content(carrier), "utf-8")


def _recipient(block: Part) -> BounceRecipient | None:
    action = first_field(block, "Action").split(maxsplit=1)[:1]
    final = _typed_address(first_field(block, "Final-Recipient"))
    original = _typed_address(first_field(block, "Original-Recipient"))
    if not (final or original) or not (action or block.get("Status")):
        return None
    diagnostic = " ".join(raw_fields(block, "Diagnostic-Code"))
    status = _best_status(first_field(block, "Status"), diagnostic)
    # RFC 3464 §2.3.3: action is case-insensitive.
    name = action[0].lower().strip(";,") if action else "failed"
    # Original-Recipient is the address we wrote to; the final one may lie behind an alias.
    return BounceRecipient(original or final, name, status, _is_hard(name, status, diagnostic))


def _typed_address(value: str) -> str:
    """The address in "rfc822; <a@b.example>" (RFC 3464 §2.3.2)."""
    _, _, text = value.rpartition(";")
    match = _ADDRESS.search(clean(text or value))
    return match[0].lower().strip(".") if match else ""


def _best_status(status: str, diagnostic: str) -> str:
    """The most telling status code: one in the diagnostic beats "5.0.0"."""
    stated = _STATUS.search(status)
    told = _STATUS.search(diagnostic)
    if stated and (not stated[0].endswith(".0.0") or not told):
        return stated[0]
    if told and (not stated or told[1] == stated[1]):
        return told[0]
    return stated[0] if stated else ""


def _is_hard(action: str, status: str, diagnostic: str) -> bool:
    """True when the address itself is bad, so that writing again is pointless."""
    if action != "failed" or _FULL.search(diagnostic):
        return False
    if status.startswith("5") and not status.endswith(".0.0"):
        return not _NOT_THE_ADDRESS.match(status)
    if status.startswith("4"):
        return False
    code = _REPLY_CODE.search(diagnostic)
    return bool(_UNKNOWN_ADDRESS.search(diagnostic)) or (
        bool(status) and not (code and code[1] == "4")
    )


def _looks_like_bounce(message: Part) -> bool:
    """True for mail of a mail system: null return path, or its usual sender and subject."""
    if raw_fields(message, "X-Failed-Recipients"):
        return True
    null_path, mailer = _has_null_path(message), _is_from_mailer(message)
    subject = bool(_BOUNCE_SUBJECT.search(first_field(message, "Subject")[:500]))
    return (mailer and (subject or null_path)) or (null_path and subject)


def _is_from_mail_system(message: Part) -> bool:
    return _has_null_path(message) or _is_from_mailer(message)


def _has_null_path(message: Part) -> bool:
    return any(value.strip() == "<>" for value in raw_fields(message, "Return-Path"))


def _is_from_mailer(message: Part) -> bool:
    senders = addresses(raw_fields(message, "From"))
    return any(_MAILER.match(s.address or s.name) for s in senders)


def _guessed(message: Part, text: str) -> list[BounceRecipient]:
    """Recipients of a bounce in no standard form."""
    temporary, permanent = _second_opinion(message)
    named = addresses(raw_fields(message, "X-Failed-Recipients"))
    permanent = [*permanent, *(a.address for a in named if a.address)]
    trying = bool(_STILL_TRYING.search(text[:MAX_GUESSED]))
    told = text[:MAX_GUESSED]
    status = _best_status("", _before_copy(told))
    found = []
    for address in dict.fromkeys([*permanent, *temporary]):
        action = "delayed" if trying or address not in permanent else "failed"
        found.append(BounceRecipient(address, action, status, hard=False))
    return [
        replace(r, hard=_is_hard(r.action, r.status, _before_copy(told)) and _proves(r, told))
        for r in found
    ]


def _proves(recipient: BounceRecipient, text: str) -> bool:
    """A guess is hard only when a status or a plain word says that the address is unknown."""
    return bool(recipient.status) or bool(_UNKNOWN_ADDRESS.search(text))


def _second_opinion(message: Part) -> tuple[list[str], list[str]]:
    """What flufl.bounce finds, on a copy of bounded size."""
    try:
        copy = message_from_string(message.as_string()[:MAX_GUESSED])
        temporary, permanent = all_failures(copy)
    except Exception:  # noqa: BLE001 - its detectors are guesses over hostile text
        return [], []
    return _readable(temporary), _readable(permanent)


def _readable(found: Iterable[bytes]) -> list[str]:
    texts = (address.decode("ascii", "replace").lower() for address in found)
    return sorted(text for text in texts if _ADDRESS.fullmatch(text))


_COPY = re.compile(
    r"^\W{0,20}(?:this is a copy of|original message|below this line is a copy|message d'origine|returned message|"
    r"forwarded message|message header|-+ ?original message|the headers of the original|en-têtes)",
    re.IGNORECASE | re.MULTILINE,
)


def _before_copy(text: str) -> str:
    """The server's own words, without the returned mail."""
    match = _COPY.search(text)
    return text[: match.start()] if match else text


def _original_message_id(message: Part, body: Body) -> str | None:
    """The id of the mail that bounced: from the returned mail, its headers, or the report's own."""
    returned = [*body.messages, *_returned_headers(message)]
    for part in returned:
        ids = message_ids(raw_fields(part, "Message-ID"))
        if ids:
            return ids[-1]
    for name in ("X-Original-Message-ID", "Original-Message-ID", "In-Reply-To", "References"):
        ids = message_ids(raw_fields(message, name))
        if ids:
            return ids[-1]
    match = _ID_LINE.search(body.text)
    return message_ids([match[1]])[0] if match else None


_ID_LINE = re.compile(r"(?im)^[>\s]{0,4}message-id:\s{0,3}(<[^<>\s]{3,300}>)")


def _returned_headers(message: Part) -> Iterator[Part]:
    """The header blocks returned as text/rfc822-headers (RFC 6522 §4)."""
    payload = message.get_payload()
    for part in payload[:20] if isinstance(payload, list) else []:
        if isinstance(part, Message) and part.get_content_type() in {
            "text/rfc822-headers",
            "message/rfc822-headers",
            "message/global-headers",
        }:
            inner = part.get_payload()
            if isinstance(inner, list) and inner and isinstance(inner[0], Message):
                yield inner[0]
            else:
                yield message_from_string(text_of(part)[:MAX_GUESSED].lstrip())
