"""What IMAP servers answer, as values. Lines come as bytes, literals as bytearray; what was not asked for is skipped."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from imapclient.datetime_util import parse_to_datetime
from imapclient.response_parser import parse_fetch_response

from mailagent.transport.imap_names import Folder, decoded_name

Lines = Sequence[bytes | bytearray]
Response = Sequence[bytes | bytearray]  # text, literal, text, ...

_CODE = re.compile(rb"(?:OK )?\[([A-Z0-9.-]+)(?: ([^\]]*))?\]", re.IGNORECASE)
_FETCH = re.compile(rb"(\d+) FETCH \(", re.IGNORECASE)
_USUAL_HEADLINE = re.compile(
    rb'\d+ FETCH \(UID (\d{1,10}) +INTERNALDATE "([^"\\]+)" RFC822\.SIZE (\d{1,19})\)'
)
_USUAL_BODY = re.compile(rb"\d+ FETCH \(UID (\d{1,10}) BODY\[\] \{\d+\}")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)", re.IGNORECASE)
_QUOTED = rb'"((?:\\.|[^"\\])*)"'
_LIST = re.compile(rb"LIST \(([^)]*)\) (?:NIL|" + _QUOTED + rb") (.+)", re.IGNORECASE | re.DOTALL)
_NAME = re.compile(_QUOTED + rb"|\{\d+\}$|[^ ]+", re.DOTALL)
_ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
_USES = (
    *("\\All", "\\Archive", "\\Drafts", "\\Flagged"),
    *("\\Important", "\\Junk", "\\Sent", "\\Trash"),
)


@dataclass(frozen=True, slots=True)
class Mailbox:
    """A selected folder."""

    name: str
    uidvalidity: int  # when it changes, all UIDs known before mean nothing
    uidnext: int  # every UID to come is at least this; 0 when the server does not tell
    exists: int
    keywords_allowed: bool
    read_only: bool


@dataclass(frozen=True, slots=True)
class Headline:
    """What to know of a mail before fetching it."""

    uid: int
    size: int  # bytes, as the server counts them
    received_at: datetime  # INTERNALDATE, UTC
    flags: frozenset[str]


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole mail."""

    uid: int
    raw: bytes


def code_of(text: bytes | bytearray) -> str:
    """The response code that begins a text, such as `TRYCREATE`; empty without one."""
    found = _CODE.match(text)
    return found[1].decode().upper() if found else ""


def capabilities_in(lines: Lines) -> frozenset[str]:
    """The answer to CAPABILITY, in capitals."""
    words = [word for line in _beginning(lines, b"CAPABILITY ") for word in line.split()[1:]]
    return frozenset(word.decode("ascii", "replace").upper() for word in words)


def mailbox_in(name: str, lines: Lines, exists: int) -> Mailbox:
    """The answer to SELECT; ValueError without UIDVALIDITY, since no position could be remembered."""
    found = [code for line in lines if (code := _CODE.match(line))]
    codes = {code[1].decode().upper(): code[2] or b"" for code in found}
    if "UIDVALIDITY" not in codes:
        raise ValueError("a folder without UIDVALIDITY")
    return Mailbox(
        name=name,
        uidvalidity=int(codes["UIDVALIDITY"]),
        uidnext=int(codes.get("UIDNEXT", b"0")),
        exists=exists,
        keywords_allowed=rb"\*" in codes.get("PERMANENTFLAGS", b""),
        read_only="READ-ONLY" in codes,
    )


def uids_in(lines: Lines) -> tuple[int, ...]:
    """The answer to UID SEARCH, ascending. No SEARCH line at all means no hit."""
    found: set[int] = set()
    for line in _beginning(lines, b"SEARCH"):
        found.update(int(word) for word in line.partition(b"(")[0].split()[1:])
    return tuple(sorted(found))


def appended_uid(lines: Lines) -> int | None:
    """The UID that APPEND gave the mail, when the server tells (RFC 4315)."""
    code = _CODE.match(lines[-1])
    if code is None or code[1].upper() != b"APPENDUID":
        return None
    return int(code[2].split()[1])


def folders_in(lines: Lines) -> tuple[Folder, ...]:
    """The answer to LIST."""
    folders = (_folder(response) for response in _responses(lines))
    return tuple(folder for folder in folders if folder is not None)


def _folder(response: Response) -> Folder | None:
    listed = _LIST.match(response[0])
    named = _NAME.match(listed[3]) if listed else None
    if listed is None or named is None:
        return None
    if named[1] is not None:
        wire = _ESCAPED.sub(rb"\1", named[1])
    else:
        wire = bytes(response[1]) if len(response) > 1 else named[0]
    attributes = {word.casefold() for word in listed[1].decode("ascii", "replace").split()}
    return Folder(
        name=decoded_name(wire),
        special=next((use for use in _USES if use.casefold() in attributes), ""),
        selectable=not attributes & {"\\noselect", "\\nonexistent"},
        delimiter=_ESCAPED.sub(rb"\1", listed[2] or b"").decode("ascii", "replace"),
    )


def headlines_in(lines: Lines, asked: Collection[int], now: datetime) -> tuple[Headline, ...]:
    """The answer to UID FETCH (UID FLAGS INTERNALDATE RFC822.SIZE), ascending; vanished UIDs are absent."""
    found: dict[int, Headline] = {}
    for response in _responses(lines):
        flags = _FLAGS.search(response[0])
        # Without the flags: the parser takes a [ in a keyword for the start of a section.
        item = _item([_FLAGS.sub(b"", response[0]), *response[1:]])
        uid, size = item.get(b"UID"), item.get(b"RFC822.SIZE")
        if isinstance(uid, int) and uid in asked and isinstance(size, int):
            words = flags[1].decode("utf-8", "replace").split() if flags else ()
            received_at = _moment(item.get(b"INTERNALDATE"), now)
            found[uid] = Headline(uid, size, received_at, frozenset(words))
    return tuple(found[uid] for uid in sorted(found))


def _moment(internal_date: object, now: datetime) -> datetime:
    """A mail whose date makes no sense counts as new: better looked at than taken for an old one."""
    if not isinstance(internal_date, datetime):
        return now
    try:
        return internal_date.astimezone(UTC)
    except (OverflowError, ValueError):  # the last hours of the year 9999; a zone of 99 hours
        return now


def bodies_in(lines: Lines, asked: Collection[int]) -> dict[int, bytes]:
    """The bodies, or parts of them, that UID FETCH brought; vanished UIDs are absent."""
    found: dict[int, bytes] = {}
    for response in _responses(lines):
        item = _item(response)
        uid = item.get(b"UID")
        section = next((key for key in item if key.startswith(b"BODY[")), None)
        if isinstance(uid, int) and uid in asked and section is not None:
            body = item[section]
            # NIL (RFC 3501 section 9, nstring): the mail is there, and the server cannot give it.
            found[uid] = body if isinstance(body, bytes) else b""
    return found


def _item(response: Response) -> dict[bytes, object]:
    """A FETCH response by item name, empty for any other. Each is parsed alone: sequence numbers shift."""
    if not _FETCH.match(response[0]):
        return {}
    usual = _usual_item(response)
    if usual is not None:
        return usual
    texts = [_FETCH.sub(rb"\1 (", response[0], count=1), *response[2::2]]
    literals = response[1::2]
    paired = [(text, bytes(literal)) for text, literal in zip(texts, literals, strict=False)]
    try:
        items = parse_fetch_response(
            [*paired, *texts[len(literals) :]], normalise_times=False, uid_is_key=False
        )
    except Exception as error:
        raise ValueError(f"an answer to FETCH that makes no sense: {error}") from error
    return dict(next(iter(items.values())))


def _usual_item(response: Response) -> dict[bytes, object] | None:
    """The same for what nearly every answer looks like: the parser takes ten times as long."""
    if len(response) == 1 and (plain := _USUAL_HEADLINE.fullmatch(response[0])):
        try:
            moment = parse_to_datetime(plain[2], normalise=False)
        except (ValueError, OverflowError):
            return None
        return {b"UID": int(plain[1]), b"INTERNALDATE": moment, b"RFC822.SIZE": int(plain[3])}
    if len(response) == 3 and response[2] == b")" and (plain := _USUAL_BODY.fullmatch(response[0])):
        return {b"UID": int(plain[1]), b"BODY[]": bytes(response[1])}
    return None


def _responses(lines: Lines) -> Iterator[Response]:
    """Lines grouped: a response goes on after a literal, so text and literals take turns in it."""
    response: list[bytes | bytearray] = []
    for line in lines:
        goes_on = isinstance(line, bytearray) or (response and isinstance(response[-1], bytearray))
        if not goes_on and response:
            yield response
            response = []
        response.append(line)
    if response:
        yield response


def _beginning(lines: Lines, word: bytes) -> Iterator[bytes]:
    """The lines of one kind of response."""
    return (bytes(line) for line in lines if line.upper().startswith(word))
