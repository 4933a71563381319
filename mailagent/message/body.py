"""Which part of a MIME tree a reader reads, and what came along with it (RFC 2045-2049, 2387).

The tree is walked without recursion and within limits; what is beyond them is named as a problem.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import Message
from itertools import islice

from mailagent.core.mail import Attachment
from mailagent.message.charset import decode_text
from mailagent.message.headers import Part, clean, decode_words
from mailagent.message.html_text import html_to_text

MAX_PARTS = 200
MAX_DEPTH = 10
MAX_TEXT = 1_000_000  # characters of all text together
MAX_LINE = 10_000  # characters; longer lines are cut
MAX_FILENAME = 200


@dataclass(slots=True)
class Body:
    """What was found in the tree."""

    text: str = ""
    attachments: list[Attachment] = field(default_factory=list)
    messages: list[Part] = field(default_factory=list)  # attached mails, outermost only
    reports: list[Part] = field(default_factory=list)  # message/delivery-status parts and kin
    problems: list[str] = field(default_factory=list)


def read_body(message: Part) -> Body:
    """The readable text, the attachments and the attached mails of a message."""
    body = Body()
    texts: list[str] = []
    is_report = message.get_content_type() == "multipart/report"
    for part in _leaves(message, body.problems):
        kind = part.get_content_type()
        if kind in {"message/delivery-status", "message/global-delivery-status"}:
            body.reports.append(part)
        elif kind in {"message/rfc822", "message/global"} and part.is_multipart():
            body.messages.append(_inner(part))
            if not is_report:
                body.attachments.append(_attachment(part, _source(part)))
        elif kind in {"text/plain", "text/html"} and not _is_attached(part):
            texts.append(text_of(part))
        elif not is_report and not _is_shown_inline(part):
            body.attachments.append(_attachment(part, content(part)))
    if not texts:
        # Some programs give the text itself a file name.
        named = (p for p in _leaves(message, []) if p.get_content_type() == "text/plain")
        texts = [text_of(part) for part in islice(named, 1)]
    body.text = _limited("\n\n".join(filter(None, texts)), body.problems)
    return body


def _leaves(message: Part, problems: list[str]) -> Iterator[Part]:
    """The parts a reader meets, in order; of alternatives only the best."""
    waiting: list[tuple[Part, int]] = [(message, 0)]
    seen = 0
    while waiting:
        part, depth = waiting.pop()
        seen += 1
        if seen > MAX_PARTS:
            problems.append(f"more than {MAX_PARTS} parts, the rest was not read")
            return
        if part.get_content_maintype() != "multipart" or not part.is_multipart():
            yield part
            continue
        if depth >= MAX_DEPTH:
            problems.append(f"parts nested deeper than {MAX_DEPTH} were not read")
            continue
        children = _children(part)[: MAX_PARTS + 1]
        if part.get_content_subtype() == "alternative":
            children = _best_alternative(children)
        waiting.extend((child, depth + 1) for child in reversed(children))


def _children(part: Part) -> list[Part]:
    payload = part.get_payload()
    return (
        [child for child in payload if isinstance(child, Message)]
        if isinstance(payload, list)
        else []
    )


def _best_alternative(children: list[Part]) -> list[Part]:
    """Plain text where it says something, otherwise the richest part (RFC 2046 §5.1.4)."""
    plain = [c for c in children if c.get_content_type() == "text/plain" and not _is_attached(c)]
    others = [c for c in children if c not in plain and c.get_content_type() != "text/calendar"]
    if plain and (text_of(plain[0]).strip() or not others):
        # Apple Mail puts attachments inside the alternative's mixed part.
        return [plain[0], *(a for c in others for a in _attached_below(c))]
    return others[-1:] or children[-1:]


def _attached_below(part: Part) -> list[Part]:
    if part.get_content_type() not in {"multipart/mixed", "multipart/related"}:
        return []
    return [child for child in _children(part)[:MAX_PARTS] if _is_attached(child)]


def _is_attached(part: Part) -> bool:
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    return disposition.startswith("attachment") or bool(_filename(part))


def _is_shown_inline(part: Part) -> bool:
    """True for a picture that the HTML shows (logos, smileys), and for an empty calendar twin."""
    disposition = str(part.get("Content-Disposition", "")).strip().lower()
    return (
        part.get_content_maintype() == "image"
        and part.get("Content-ID") is not None
        and not disposition.startswith("attachment")
    )


def _inner(part: Part) -> Part:
    return _children(part)[0] if _children(part) else part


def _source(part: Part) -> bytes:
    """An attached mail as bytes; empty when it cannot be written again."""
    try:
        return _inner(part).as_bytes()
    except (ValueError, LookupError, TypeError, AttributeError):
        return b""


def content(part: Part) -> bytes:
    """The decoded bytes of a leaf; of a broken container its source."""
    if part.is_multipart():
        return _source(part)
    payload = part.get_payload(decode=True)
    return payload if isinstance(payload, bytes) else b""


def text_of(part: Part) -> str:
    """A text part as plain text, lines ended by a line feed alone."""
    charset = part.get_content_charset("")
    text = decode_text(content(part)[: 4 * MAX_TEXT], charset)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.get_content_type() == "text/html":
        return html_to_text(text)
    if str(part.get_param("format", "")).lower() == "flowed":
        return _unflow(text, delete_space=str(part.get_param("delsp", "")).lower() == "yes")
    return text


def _unflow(text: str, *, delete_space: bool) -> str:
    """Soft line breaks joined (RFC 3676 §4)."""
    paragraphs: list[str] = []
    open_quote: str | None = None  # quote marks of a paragraph that goes on
    for raw in text.split("\n"):
        marks = raw[: len(raw) - len(raw.lstrip(">"))]
        line = raw[len(marks) :].removeprefix(" ")
        flowed = line.endswith(" ") and line != "-- "
        if delete_space and flowed:
            line = line[:-1]
        # A paragraph is cut where the line limit is reached: joining must stay linear.
        if open_quote == marks and len(paragraphs[-1]) < MAX_LINE:
            paragraphs[-1] += line
        else:
            paragraphs.append(f"{marks} {line}" if marks else line)
        open_quote = marks if flowed else None
    return "\n".join(paragraphs)


def _limited(text: str, problems: list[str]) -> str:
    """Text without characters that are no text, cut to the limits."""
    if len(text) > MAX_TEXT:
        problems.append(f"text cut after {MAX_TEXT} characters")
        text = text[:MAX_TEXT]
    lines = text.replace("\0", "").splitlines()
    if any(len(line) > MAX_LINE for line in lines):
        problems.append(f"lines cut after {MAX_LINE} characters")
    return "\n".join(line[:MAX_LINE].rstrip() for line in lines).strip("\n")


def _filename(part: Part) -> str:
    try:
        name = part.get_filename() or ""
    except (ValueError, TypeError, LookupError):
        name = ""
    return clean(decode_words(str(name)))[:MAX_FILENAME]


def _attachment(part: Part, data: bytes) -> Attachment:
    return Attachment(
        filename=_filename(part),
        content_type=clean(part.get_content_type())[:MAX_FILENAME],
        size=len(data),
        sha256=hashlib.sha256(data).hexdigest(),
    )
