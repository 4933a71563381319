"""Raw bytes to a `ParsedMail`. Never raises: what cannot be read says so, and its bytes are kept elsewhere.

The standard library's `compat32` policy is used on purpose: the modern one raises on mail that
exists (`Message-ID: <>`, an encoded line break in From, unknown charsets).
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from email import message_from_bytes
from email.parser import BytesHeaderParser

from mailagent.core.mail import Forwarded, ParsedMail
from mailagent.message.autoreply import machine_kind
from mailagent.message.body import Body, read_body
from mailagent.message.dsn import read_bounce
from mailagent.message.forwarded import find_forwarded
from mailagent.message.headers import (
    MAX_FIELDS,
    MAX_LENGTH,
    Part,
    addresses,
    clean,
    first_field,
    raw_fields,
    read_date,
)
from mailagent.message.new_text import split
from mailagent.message.references import message_ids

MAX_SIZE = 64 * 1024 * 1024  # bytes of a whole mail
MAX_STRUCTURE_FIELD = 8 * 1024  # bytes of one Content-Type: the parser's work grows with its square
MAX_STRUCTURE_WORK = 20_000_000  # boundaries times lines: what the parser compares

_CONTENT_TYPE = re.compile(rb"(?im)^content-type:[^\n]*(?:\n[ \t][^\n]*)*")
_DELIVERY_FIELDS = (
    *("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "X-Forwarded-To"),
    *("Resent-To", "X-Delivered-To", "Apparently-To"),
)
_RECEIVED_FOR = re.compile(r"\bfor <([^<>\s]{3,320})>")


def parse(raw: bytes) -> ParsedMail:
    """The mail as a value; `unreadable` says why when it could not be read."""
    digest = hashlib.sha256(raw).hexdigest()
    refusal = _refusal(raw)
    if not refusal:
        try:
            return _read(message_from_bytes(raw), digest, len(raw), depth=0)
        except RecursionError:
            refusal = "parts are nested too deeply"
        except Exception as error:  # noqa: BLE001 - any bytes must end as a value, never stop the loop
            refusal = f"not understood by the parser ({type(error).__name__})"
    return _headers_only(raw, digest, refusal)


def parse_header(raw: bytes, refusal: str) -> ParsedMail:
    """The header alone of a mail that `parse` could not finish: who wrote tells whom it must hold."""
    return _headers_only(raw, hashlib.sha256(raw).hexdigest(), refusal)


def as_mail(subject: str, body: str, written_at: datetime | None = None) -> ParsedMail:
    """A `ParsedMail` of a subject and a plain text, for text that did not come as a mail."""
    source = f"{subject}\n\n{body}".encode("utf-8", "replace")
    parts = split(body)
    header = Part()
    header["Subject"] = clean(subject)
    return ParsedMail(
        digest=hashlib.sha256(source).hexdigest(),
        size=len(source),
        message_id="",
        from_=(),
        to=(),
        cc=(),
        reply_to=(),
        subject=clean(subject),
        date=written_at,
        text=body,
        new_text=parts.new,
        quoted_text=parts.quoted,
        signature=parts.signature,
        machine=machine_kind(header, None, body),
        forwarded=find_forwarded(subject, body),
    )


def _refusal(raw: bytes) -> str:
    """Why a mail is not given to the parser at all; empty when it may be."""
    if not raw.strip():
        return "empty"
    if len(raw) > MAX_SIZE:
        return f"larger than {MAX_SIZE} bytes"
    lines = raw.count(b"\n")
    most = lines * (len(raw) // len(b"boundary"))
    if most > MAX_STRUCTURE_WORK and raw.lower().count(b"boundary") * lines > MAX_STRUCTURE_WORK:
        return "too many parts in too many lines"
    if any(len(match[0]) > MAX_STRUCTURE_FIELD for match in _CONTENT_TYPE.finditer(raw)):
        return f"a Content-Type field is longer than {MAX_STRUCTURE_FIELD} bytes"
    return ""


def _headers_only(raw: bytes, digest: str, refusal: str) -> ParsedMail:
    """What the header alone tells about a mail that could not be read."""
    header = re.split(rb"\r?\n\r?\n", raw[: 4 * MAX_LENGTH], maxsplit=1)[0]
    try:
        message = BytesHeaderParser().parsebytes(header + b"\n\n")
        return _value(message, Body(), digest, len(raw), unreadable=refusal)
    except Exception:  # noqa: BLE001 - see parse
        return _value(Part(), Body(), digest, len(raw), unreadable=refusal)


def _read(message: Part, digest: str, size: int, depth: int) -> ParsedMail:
    body = read_body(message)
    body.problems[:0] = _defects(message)
    unreadable = "" if len(message) else "no header fields"
    return _value(message, body, digest, size, unreadable=unreadable, depth=depth)


def _value(
    message: Part, body: Body, digest: str, size: int, *, unreadable: str, depth: int = 0
) -> ParsedMail:
    subject = first_field(message, "Subject")
    date = read_date(first_field(message, "Date"))
    bounce = read_bounce(message, body) if depth == 0 else None
    parts = split(body.text)
    forwarded = None if bounce or depth else _forwarded(subject, date, body, parts.new)
    ids = message_ids(raw_fields(message, "Message-ID"))
    return ParsedMail(
        digest=digest,
        size=size,
        message_id=ids[0] if ids else "",
        from_=addresses(raw_fields(message, "From")),
        to=addresses(raw_fields(message, "To")),
        cc=addresses(raw_fields(message, "Cc")),
        reply_to=addresses(raw_fields(message, "Reply-To")),
        subject=subject,
        date=date,
        text=body.text,
        new_text=parts.new,
        quoted_text=parts.quoted,
        signature=parts.signature,
        attachments=tuple(body.attachments),
        in_reply_to=message_ids(raw_fields(message, "In-Reply-To")),
        references=message_ids(raw_fields(message, "References")),
        delivered_to=_delivered_to(message),
        machine=machine_kind(message, bounce, body.text),
        bounce=bounce,
        forwarded=forwarded,
        problems=tuple(body.problems),
        unreadable=unreadable,
    )


def _forwarded(subject: str, date: datetime | None, body: Body, new_text: str) -> Forwarded | None:
    """The mail inside: attached as such, or quoted."""
    if body.messages:
        inner = _read(body.messages[0], "", 0, depth=1)
        return Forwarded(
            from_=inner.from_,
            to=inner.to,
            cc=inner.cc,
            subject=inner.subject,
            date=inner.date,
            text=inner.text,
            message=new_text,
        )
    zone = date.tzinfo if date is not None and date.tzinfo is not None else UTC
    return find_forwarded(subject, body.text, zone)


def _delivered_to(message: Part) -> tuple[str, ...]:
    """Every address the mail came by, for tokens that the visible recipients lost."""
    found = [a.address for name in _DELIVERY_FIELDS for a in addresses(raw_fields(message, name))]
    for value in raw_fields(message, "Received")[:20]:
        found.extend(match.lower() for match in _RECEIVED_FOR.findall(value[:2000]))
    return tuple(dict.fromkeys(filter(None, found)))


def _defects(message: Part) -> list[str]:
    """What the parser had to repair, in words."""
    problems = [type(defect).__name__.removesuffix("Defect") for defect in message.defects[:10]]
    if len(message) > MAX_FIELDS:
        problems.append(f"more than {MAX_FIELDS} header fields, the rest was not read")
    if any(len(str(value)) > MAX_LENGTH for _, value in message.raw_items()):
        problems.append(f"header fields cut after {MAX_LENGTH} characters")
    return problems
