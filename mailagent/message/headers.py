"""Header fields as text (RFC 5322, 2047, 2231), read leniently and cut to a sane length.

Nothing read here contains control characters: a subject with an encoded line break must never
become a header of ours.
"""

from __future__ import annotations

import binascii
import quopri
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import islice
from typing import TYPE_CHECKING

from mailagent.core.mail import Address
from mailagent.message.charset import decode_text

if TYPE_CHECKING:
    Part = Message[str, str]
else:
    Part = Message  # generic for type checkers only

MAX_FIELDS = 1000  # per part; the rest is ignored
MAX_LENGTH = 64 * 1024  # characters of one field
MAX_ADDRESSES = 500  # of all fields of one name

# `[^?]*` ends at the next question mark, so the search is linear also on "=?x?q?=?x?q?...".
_ENCODED_WORD = re.compile(r"=\?([^?\s]{1,60})\?([bBqQ])\?([^?]*)\?=")
# Quoted strings, comments and angle brackets are passed over whole.
_LIST_TOKEN = re.compile(r'"(?:[^"\\]|\\.){0,1000}"|<[^<>]*>|\([^()]*\)|[,;:]')
_ANGLE = re.compile(r"<([^<>]*)>(?![^<]*<)")
_COMMENT = re.compile(r"\(([^()]*)\)\s*$")
_NO_ADDRESS = re.compile(r"[\s<>()\[\],;:\\]")
_BIDI_AND_INVISIBLE = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def raw_fields(part: Part, name: str) -> list[str]:
    """The values of a field as they stand, unfolded, undecoded, in order."""
    wanted, length = name.lower(), len(name)
    return [
        _unfold(_undo_surrogates(str(value)[:MAX_LENGTH]))
        for key, value in islice(part.raw_items(), MAX_FIELDS)
        if len(key) == length and key.lower() == wanted  # most names differ in length already
    ]


def first_field(part: Part, name: str) -> str:
    """The first field of that name, decoded; empty when absent."""
    values = raw_fields(part, name)
    return decode_words(values[0]) if values else ""


def decode_words(value: str) -> str:
    """Text with its encoded words decoded (RFC 2047 §6.2) and control characters removed."""
    pieces: list[str] = []
    pending, charset = b"", ""  # a character may be split over adjacent words
    end = 0
    for match in _ENCODED_WORD.finditer(value):
        between = value[end : match.start()]
        word_charset = match[1].partition("*")[0].lower()  # RFC 2231 §5: charset*language
        if between.strip() or word_charset != charset:
            pieces.append(decode_text(pending, charset))
            pending = b""
        if between.strip() or not end:
            pieces.append(between)
        pending += _word_bytes(match[2], match[3])
        charset, end = word_charset, match.end()
    pieces.extend((decode_text(pending, charset), value[end:]))
    return clean("".join(pieces))


def clean(text: str) -> str:
    """Text on one line: no control, direction or invisible characters, single spaces."""
    if text.isprintable():  # then none of them is there
        return " ".join(text.split())
    kept = (
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} else c
        for c in text
        if c not in _BIDI_AND_INVISIBLE
    )
    return " ".join("".join(kept).split())


def addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """All mailboxes of some address fields, in order; each piece of text names at most one."""
    pieces = (piece for value in values for piece in _pieces(value))
    found = (_mailbox(piece) for piece in pieces)
    return tuple(islice((mailbox for mailbox in found if mailbox is not None), MAX_ADDRESSES))


def _pieces(value: str) -> Iterator[str]:
    """An address list cut at the commas that separate, group names left out (RFC 5322 §3.4)."""
    start = 0
    for match in _LIST_TOKEN.finditer(value):
        sign = match[0]
        if sign in {",", ";"}:
            yield value[start : match.start()]
            start = match.end()
        elif sign == ":" and "@" not in value[start : match.start()]:
            start = match.end()  # "Customers: a@x, b@y;"
    yield value[start:]


def _mailbox(piece: str) -> Address | None:
    """One mailbox; encoded words are decoded only now, so that a comma in a name cuts nothing."""
    angle = _ANGLE.search(piece)
    if angle:
        address, name = angle[1], piece[: angle.start()] + piece[angle.end() :]
    else:
        comment = _COMMENT.search(piece)
        name = comment[1] if comment else ""
        address = piece[: comment.start()] if comment else piece
    address = clean(address.strip().strip("'\"")).lower()
    name = decode_words(name.strip().strip("'\"").replace('\\"', '"').strip())
    local, _, domain = address.rpartition("@")
    if local and domain and not _NO_ADDRESS.search(address):
        return Address(address, "" if name.lower() == address else name)
    readable = decode_words(piece).strip(' ,;<>"')
    return Address("", readable) if readable else None


def read_date(value: str) -> datetime | None:
    """The moment of a Date field, aware; None when unreadable or absurd."""
    try:
        moment = parsedate_to_datetime(value[:200])
        # RFC 5322 §3.3: -0000 says that nothing is known about the zone.
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        year = moment.astimezone(UTC).year
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if 1990 <= year < 2100 else None


def _unfold(value: str) -> str:
    lines = value.splitlines()
    return lines[0].strip() if len(lines) == 1 else " ".join(line.strip() for line in lines)


def _undo_surrogates(value: str) -> str:
    """Bytes that the parser smuggled into text (RFC 6532 mail, or broken senders)."""
    if value.isascii():
        return value
    return decode_text(value.encode("utf-8", "surrogateescape"))


def _word_bytes(encoding: str, text: str) -> bytes:
    data = text.encode("utf-8", "replace")
    if encoding in "qQ":
        return quopri.decodestring(data, header=True)
    data = bytes(b for b in data if b not in b" \t=")
    try:
        return binascii.a2b_base64(data + b"=" * (-len(data) % 4))
    except binascii.Error:
        return binascii.a2b_base64(data[: len(data) // 4 * 4])
