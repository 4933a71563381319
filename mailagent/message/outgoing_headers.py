"""Header fields as bytes: encoded words (RFC 2047), folding (RFC 5322 §2.2.3), file names (RFC 2231).

Written out by hand because the standard library encodes long Message-IDs, which breaks threads, and
takes a millisecond for each mail.
"""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import quote

from mailagent.message.one_line import one_line

_WIDTH = 76  # characters in a line before it is folded
_ENCODED_WORD = 75  # RFC 2047 §2: the longest encoded word
_MARK = "=?utf-8?q?"
_HARD_LIMIT = 900  # RFC 5322 §2.1.1 allows 998; a longer unbroken word is encoded
_ATOM = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~ -]*")
# Without quoted local parts, comments and address literals: no mailbox of a company needs them.
_ADDRESS = re.compile(
    r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9](?:[A-Za-z0-9.-]{0,251}[A-Za-z0-9])?"
)
_MESSAGE_ID = re.compile(r"<[!-;=?-~]{1,200}@[!-;=?-~]{1,255}>")
_FILENAME_LIMIT = 64  # characters; encoded they stay within one line
_NOT_IN_FILENAME = re.compile(r'[/\\:*?"<>|]')

# RFC 2047 §5 (3): what may stand as itself in a phrase, the strictest place.
_AS_ITSELF = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/"
_ENCODED = [chr(n) if n in _AS_ITSELF else "_" if n == 0x20 else f"={n:02X}" for n in range(256)]


def unstructured(name: str, text: str) -> bytes:
    """A field of free text, such as Subject."""
    text = one_line(text).strip()
    if _must_be_encoded(text):
        return _folded(name, _encoded_words(text, len(name) + 2))
    return _folded(name, text.split(" "))


def mailbox(name: str, address: str, display_name: str = "") -> bytes:
    """A field that names one mailbox: From, To, Reply-To."""
    checked = _checked(_ADDRESS, address, "address")
    display_name = one_line(display_name).strip()
    if not display_name:
        return _folded(name, [checked])
    if _must_be_encoded(display_name):
        return _folded(name, [*_encoded_words(display_name, len(name) + 2), f"<{checked}>"])
    if not _ATOM.fullmatch(display_name):
        display_name = '"' + display_name.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return _folded(name, [*display_name.split(" "), f"<{checked}>"])


def message_ids(name: str, ids: tuple[str, ...]) -> bytes:
    """A field of Message-IDs, never encoded; one to a line when they are many."""
    return _folded(name, [_checked(_MESSAGE_ID, each, "Message-ID") for each in ids])


def is_message_id(text: str) -> bool:
    """True for an id that can be written in a header as it is."""
    return _MESSAGE_ID.fullmatch(text) is not None


def attachment_name(filename: str) -> tuple[str, str]:
    """The parameters that name a file: an ASCII one for Content-Type, the true one (RFC 2231)."""
    words = _NOT_IN_FILENAME.sub("-", one_line(filename)).split()
    name = " ".join(words).strip(" .") or "document"
    stem, dot, suffix = name.rpartition(".")
    if dot and len(suffix) <= 8:
        name = stem[: _FILENAME_LIMIT - len(suffix) - 1] + dot + suffix
    name = name[:_FILENAME_LIMIT]
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().strip()
    plain = _NOT_IN_FILENAME.sub("-", plain)  # a full-width quote has become a real one
    if not plain or plain.startswith("."):
        plain = f"document{plain}"  # nothing before the suffix has an ASCII form
    if name.isascii():
        return f'name="{plain}"', f'filename="{name}"'
    return f'name="{plain}"', f"filename*=utf-8''{quote(name, safe='')}"


def _must_be_encoded(text: str) -> bool:
    """True for text that is not ASCII, looks encoded already, or has no place to fold."""
    return not text.isascii() or "=?" in text or max(map(len, text.split(" "))) > _HARD_LIMIT


def _checked(pattern: re.Pattern[str], text: str, what: str) -> str:
    if not pattern.fullmatch(text):
        raise ValueError(
            f"not {'an' if what == 'address' else 'a'} {what} that can be sent: {text!r}"
        )
    return text


def _folded(name: str, words: list[str]) -> bytes:
    """The field with a line break before each word that would pass the width."""
    lines, line = [], f"{name}:"
    for word in words:
        if len(line) + 1 + len(word) > _WIDTH and line.strip() != f"{name}:":
            lines.append(line)
            line = ""
        line += f" {word}"
    return "\r\n".join([*lines, line, ""]).encode("ascii")


def _encoded_words(text: str, used: int) -> list[str]:
    """The text as encoded words (Q), cut between characters; the first leaves room for the name."""
    words, word = [], ""
    room = min(_WIDTH - used, _ENCODED_WORD) - len(_MARK) - len("?=")
    for character in text:
        octets = "".join([_ENCODED[octet] for octet in character.encode()])
        if len(word) + len(octets) > room:
            words.append(f"{_MARK}{word}?=")
            word, room = "", _ENCODED_WORD - len(_MARK) - len("?=")
        word += octets
    return [*words, f"{_MARK}{word}?="]
