"""A mail quoted by "Forward": who wrote it, when, and what.

The quoted header block is text that anyone can type: names and dates in it prove nothing. Seven
languages are read here; for the forms of others there is email-forward-parser, on bounded input.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, tzinfo

from emailforwardparser.forward_parser import get_forwarded_metadata

from mailagent.core.mail import Address, Forwarded
from mailagent.message import markers
from mailagent.message.headers import addresses, clean
from mailagent.message.new_text import quote_intro, split
from mailagent.message.written_date import read_written_date

MAX_HEADER_LINES = 16
_MAX_GUESSED_LINES = 60
_MAX_GUESSED_LINE = 300
_MAX_BRACKETS = 8  # per line: each multiplies the work of the library's patterns

_SUBJECT = re.compile(
    r"^\s*(?:\[[^\]]{1,20}\]\s*)?(?:fwd?|tr|wg|rv|enc|i|vs|vb|pd|doorst|transf)\s?:\s*",
    re.IGNORECASE,
)
_FORWARD = re.compile(
    r"forward|transf|transmis|réexpédié|weitergeleitet|reenviad|inoltrat|doorgestuurd|encaminhad",
    re.IGNORECASE,
)
_SIGNS = re.compile(r"[<>\[\]|\"]")


def find_forwarded(subject: str, text: str, zone: tzinfo = UTC) -> Forwarded | None:
    """The mail quoted by a forward; None for a reply or an ordinary mail."""
    lines = text.split("\n")
    prefix = _SUBJECT.match(subject)
    start = _start(lines, announced=prefix is not None)
    if start is None:
        return _guessed(subject, text, zone) if prefix else None
    fields, end = _fields(lines, start)
    rest = subject[prefix.end() :] if prefix else subject
    found = Forwarded(
        from_=_people(fields.get("from", "")),
        to=_people(fields.get("to", "")),
        cc=_people(fields.get("cc", "")),
        subject=clean(fields.get("subject", "") or rest),
        date=read_written_date(fields.get("sent", ""), zone),
        text="\n".join(_unquoted(line) for line in lines[end:]).strip(),
        message=split("\n".join(lines[:start])).new,
    )
    if found.from_:
        return found
    return _guessed(subject, "\n".join(lines[start:]), zone, message=found.message) or found


def _start(lines: Sequence[str], *, announced: bool) -> int | None:
    """The line where the forwarded mail begins."""
    for index, line in enumerate(lines):
        if line and markers.SEPARATOR.match(line[: markers.MAX_COMPARED]):
            if _FORWARD.search(line[: markers.MAX_COMPARED]) or announced:
                return index
        elif announced and quote_intro(lines, index):
            return index
    return None


def _fields(lines: Sequence[str], start: int) -> tuple[dict[str, str], int]:
    """The quoted header fields by meaning, and the line after them."""
    length = quote_intro(lines, start)
    if not markers.header_meaning(lines[start]):
        written = _attribution(" ".join(line.strip() for line in lines[start : start + length]))
        if written:
            return written, start + length
    index = start if markers.header_meaning(lines[start]) else start + max(length, 1)
    fields: dict[str, str] = {}
    last = ""
    for number, line in enumerate(lines[index : index + MAX_HEADER_LINES + 4], start=index):
        meaning = markers.header_meaning(line)
        if meaning and meaning not in fields:
            fields[meaning] = last = ""
            fields[meaning], last = markers.header_value(_unquoted(line)), meaning
        elif not _unquoted(line).strip():
            if fields:
                return fields, number
        elif last in {"to", "cc", "subject"} and line[:1].isspace():
            fields[last] += " " + line.strip()  # a folded line
        else:
            return fields, number
    return fields, min(index + len(fields), len(lines))


_ATTRIBUTION = re.compile(
    r"^(?:le|on|am|el|il giorno|il|op|em|a)\s(?P<sent>.{6,60}?)[,\s]+(?:schrieb |heeft )?"
    r"[\"«„]?\s?(?P<name>[^\"«»“”„<\[,]{0,80}?)\s?[\"»”“]?\s?[<\[](?:mailto:)?(?P<address>[^<>\[\]\s]{3,200})[>\]]",
    re.IGNORECASE,
)


def _attribution(line: str) -> dict[str, str]:
    """Sender and date of "Le 28/10/2021 12:46, « John Doe » <john@x> a écrit :"."""
    match = _ATTRIBUTION.match(_unquoted(line)[: markers.MAX_COMPARED])
    if match is None:
        return {}
    return {"from": f"{match['name'].strip()} <{match['address']}>", "sent": match["sent"]}


def _people(value: str) -> tuple[Address, ...]:
    """Mailboxes as mail programs show them: "A <a@x>; B [mailto:b@x]", or only names."""
    value = value.replace("[mailto:", "<").replace("]", ">") if "[mailto:" in value else value
    found = []
    for piece in re.split(r";|,(?=[^,]*[@<])", value[:4000]):
        words = piece.strip().strip("'\"")
        match = re.search(r"<\s?([^<>\s]{1,254}@[^<>\s]{1,254})\s?>", words)
        if match:
            name = words[: match.start()].strip().strip("'\"«» ")
            address = match[1].lower()
            found.append(Address(address, clean("" if name.lower() == address else name)))
        elif "@" in words:
            found.extend(addresses([words]))
        elif words:
            found.append(Address("", clean(words)))
    return tuple(found)


def _guessed(subject: str, text: str, zone: tzinfo, message: str = "") -> Forwarded | None:
    """What the library makes of the first lines; only plain ones are shown to it."""
    lines = text.split("\n")
    shown = "\n".join(_harmless(line) for line in lines[:_MAX_GUESSED_LINES])
    try:
        guess = get_forwarded_metadata(shown, subject)
    except Exception:  # noqa: BLE001 - a guess over hostile text; without it the mail is no forward
        return None
    sender = guess.email.from_
    if not guess.forwarded or not (sender.address or sender.name):
        return None
    rest = "\n".join(_unquoted(line) for line in lines[_MAX_GUESSED_LINES:])
    return Forwarded(
        from_=(_mailbox(sender.name, sender.address),),
        to=tuple(_mailbox(m.name, m.address) for m in guess.email.to),
        cc=tuple(_mailbox(m.name, m.address) for m in guess.email.cc),
        subject=clean(guess.email.subject),
        date=read_written_date(guess.email.date, zone),
        text=f"{guess.email.body}\n{rest}".strip(),
        message=message or guess.message,
    )


def _harmless(line: str) -> str:
    line = line[:_MAX_GUESSED_LINE]
    return "" if len(_SIGNS.findall(line)) > _MAX_BRACKETS else line


def _mailbox(name: str, address: str) -> Address:
    return Address(clean(address).lower(), clean(name))


def _unquoted(line: str) -> str:
    stripped = line.lstrip()
    return stripped.removeprefix(">").removeprefix(" ") if stripped[:1] == ">" else line
