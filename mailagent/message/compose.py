"""The exact bytes of a mail (RFC 5322, MIME), written out in one pass.

The same facts always give the same bytes, so a stored mail can be compared with what is sent. Header
fields are a fixed list: nothing in the facts can add one.
"""

from __future__ import annotations

import binascii
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

from mailagent.message.outgoing_headers import (
    attachment_name,
    is_message_id,
    mailbox,
    message_ids,
    unstructured,
)
from mailagent.message.render import Rendered

_REFERENCES = 20  # ids kept from a long thread: the first and the newest
_BASE64_LINE = 76
_CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+")
_FIELD_NAME = re.compile(rb"^([!-9;-~]+):", re.MULTILINE)
_FIELDS = frozenset(
    b"From To Subject Date Message-ID Reply-To In-Reply-To References Auto-Submitted"
    b" X-Auto-Response-Suppress MIME-Version".split()
)
_LINE_BREAK = re.compile(r"\r\n?|[\u2028\u2029\x85\x0b\x0c]")
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that goes with a mail."""

    filename: str
    content: bytes
    content_type: str = "application/pdf"


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Who writes to whom, when, and in which thread."""

    sender: str  # our address
    sender_name: str
    recipient: str  # exactly one
    recipient_name: str
    date: datetime  # aware
    message_id: str  # with angle brackets
    reply_to: str = ""  # address with a token; empty: answers come to the sender
    in_reply_to: str = ""  # the mail before in this thread
    references: tuple[str, ...] = ()  # ids of the thread, oldest first
    auto_submitted: str = "auto-generated"  # RFC 3834; "auto-replied" for an answer


def compose(
    rendered: Rendered, letterhead: Letterhead, enclosures: Sequence[Enclosure] = ()
) -> bytes:
    """The mail as it goes over the wire.

    Raises:
        ValueError: an address, id, date or content type cannot stand in a header.
    """
    fields = _fields(rendered.subject, letterhead)
    boundary = hashlib.sha256(letterhead.message_id.encode()).hexdigest()[:24]
    head = b"".join(fields)
    found = _FIELD_NAME.findall(head)
    if len(found) != len(fields) or not _FIELDS.issuperset(found):
        raise ValueError("a header field appeared that was not asked for")
    return head + _body(rendered, enclosures, boundary)


def _fields(subject: str, letterhead: Letterhead) -> list[bytes]:
    own = letterhead.message_id
    if letterhead.date.tzinfo is None:
        raise ValueError("the date of a mail needs its time zone")
    fields = [
        mailbox("From", letterhead.sender, letterhead.sender_name),
        mailbox("To", letterhead.recipient, letterhead.recipient_name),
        unstructured("Subject", subject),
        b"Date: %s\r\n" % format_datetime(letterhead.date).encode("ascii"),
        message_ids("Message-ID", (own,)),
    ]
    if letterhead.reply_to:
        fields.append(mailbox("Reply-To", letterhead.reply_to, letterhead.sender_name))
    if is_message_id(letterhead.in_reply_to) and letterhead.in_reply_to != own:
        fields.append(message_ids("In-Reply-To", (letterhead.in_reply_to,)))
    # Our own id stands in References too: servers that replace the Message-ID leave it there.
    fields.append(message_ids("References", (*_thread(letterhead), own)))
    fields.append(unstructured("Auto-Submitted", letterhead.auto_submitted))
    fields.append(b"X-Auto-Response-Suppress: OOF, AutoReply\r\n")  # Exchange
    fields.append(b"MIME-Version: 1.0\r\n")
    return fields


def _thread(letterhead: Letterhead) -> tuple[str, ...]:
    """The ids before ours, oldest first, each once; what is not an id is left out."""
    given = dict.fromkeys((*letterhead.references, letterhead.in_reply_to))
    known = [each for each in given if is_message_id(each) and each != letterhead.message_id]
    if len(known) > _REFERENCES:
        known = [known[0], *known[1 - _REFERENCES :]]
    return tuple(known)


def _body(rendered: Rendered, enclosures: Sequence[Enclosure], boundary: str) -> bytes:
    """The content: its own Content-Type field, an empty line, the parts."""
    body = _text_part("plain", rendered.text)
    if rendered.html:
        both = [body, _text_part("html", rendered.html)]
        body = _multipart("alternative", both, f"=_a{boundary}")
    if enclosures:
        parts = [body, *map(_enclosed_part, enclosures)]
        body = _multipart("mixed", parts, f"=_m{boundary}")
    return body


def _multipart(subtype: str, parts: list[bytes], boundary: str) -> bytes:
    # "=_" appears in neither quoted-printable nor base64, so no part can contain the boundary.
    head = f'Content-Type: multipart/{subtype}; boundary="{boundary}"\r\n\r\n'.encode("ascii")
    mark = f"--{boundary}".encode("ascii")
    return head + b"".join(b"%s\r\n%s\r\n" % (mark, part) for part in parts) + mark + b"--\r\n"


def _text_part(subtype: str, text: str) -> bytes:
    plain = _CONTROL.sub("", _LINE_BREAK.sub("\n", text)).rstrip("\n") + "\n"
    encoded = binascii.b2a_qp(plain.replace("\n", "\r\n").encode(), istext=True)
    # Mail stores of the old kind put ">" before a line that begins so.
    encoded = encoded.replace(b"\nFrom ", b"\nFrom=20")
    return (
        f"Content-Type: text/{subtype}; charset=utf-8\r\n"
        "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
    ).encode("ascii") + encoded


def _enclosed_part(enclosure: Enclosure) -> bytes:
    if not _CONTENT_TYPE.fullmatch(enclosure.content_type):
        raise ValueError(f"not a content type: {enclosure.content_type!r}")
    name, filename = attachment_name(enclosure.filename)
    head = (
        f"Content-Type: {enclosure.content_type};\r\n {name}\r\n"
        "Content-Transfer-Encoding: base64\r\n"
        f"Content-Disposition: attachment;\r\n {filename}\r\n\r\n"
    )
    encoded = binascii.b2a_base64(enclosure.content, newline=False)
    lines = [encoded[i : i + _BASE64_LINE] for i in range(0, len(encoded), _BASE64_LINE)]
    return head.encode("ascii") + b"\r\n".join([*lines, b""])
