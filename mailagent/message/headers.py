"""Header fields as text (RFC 5322, 2047, 2231), read leniently and cut to a sane length.

Nothing read here contains control characters: a subject with an encoded line break must never
become a header of ours.
"""

from __future__ import annotations

import binascii
import quopri
import re
import unicodedata
from collections.abc import Iterable
from datetime import UTC, datetime
from email.message import Message
from email.utils import getaddresses, parsedate_to_datetime
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
_BIDI_AND_INVISIBLE = frozenset(
    "\u200b\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)


def raw_fields(part: Part, name: str) -> list[str]:
    """The values of a field as they stand, unfolded, undecoded, in order."""
    wanted = name.lower()
    return [
        _unfold(_undo_surrogates(str(value)[:MAX_LENGTH]))
        for key, value in islice(part.raw_items(), MAX_FIELDS)
        if key.lower() == wanted
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
    kept = (
        " " if unicodedata.category(c) in {"Cc", "Zl", "Zp", "Cs"} else c
        for c in text
        if c not in _BIDI_AND_INVISIBLE
    )
    return " ".join("".join(kept).split())


def addresses(values: Iterable[str]) -> tuple[Address, ...]:
    """All mailboxes of some address fields; encoded words are decoded after the structure is read."""
    try:
        pairs = getaddresses(list(values))
    except (RecursionError, IndexError, ValueError, TypeError):
        return ()
    return tuple(
        _address(name, address) for name, address in pairs[:MAX_ADDRESSES] if name or address
    )


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
    return " ".join(line.strip() for line in value.splitlines())


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


def _address(name: str, address: str) -> Address:
    address = clean(address).lower()
    local, at, domain = address.rpartition("@")
    if not (local and at and domain) or " " in address:
        return Address("", decode_words(f"{name} {address}"))
    return Address(address, decode_words(name))
