"""Mailbox names: on the wire (modified UTF-7, quoted; RFC 3501 §5.1.3) and as people call them."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from imapclient import imap_utf7

SENT = "\\Sent"
DRAFTS = "\\Drafts"

# What mail programs call these folders where the server does not tell their use (RFC 6154).
USUAL_NAMES: dict[str, tuple[str, ...]] = {
    SENT: (
        *("Sent", "Sent Items", "Sent Mail", "Sent Messages"),
        *("Éléments envoyés", "Messages envoyés", "Courrier envoyé", "Envoyés"),
        *("Gesendet", "Gesendete Elemente", "Gesendete Objekte", "Gesendete Nachrichten"),
        *("Enviados", "Elementos enviados", "Mensajes enviados"),
        *("Posta inviata", "Messaggi inviati", "Inviati", "Inviata"),
        *("Verzonden items", "Verzonden berichten", "Verzonden"),
        *("Itens enviados", "Mensagens enviadas", "Correio enviado"),
    ),
    DRAFTS: (
        *("Drafts", "Draft"),
        *("Brouillons", "Brouillon"),
        *("Entwürfe", "Entwurf"),
        *("Borradores", "Borrador"),
        *("Bozze", "Bozza"),
        *("Concepten", "Concept"),
        *("Rascunhos", "Rascunho"),
    ),
}

_KEYWORD = re.compile(r"[\w$.:-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Folder:
    """One mailbox of the account."""

    name: str  # decoded; inside the folders it is in, e.g. "INBOX.Éléments envoyés"
    special: str  # "\\Sent", "\\Drafts", ... (RFC 6154); empty when the server does not tell
    selectable: bool  # False: only a place for other folders
    delimiter: str = ""  # between a folder and the one it is in; empty when there are no levels

    @property
    def last_name(self) -> str:
        """The name without the folders it is in."""
        return self.name.rpartition(self.delimiter)[2] if self.delimiter else self.name


def quoted(text: str) -> str:
    """An IMAP quoted string; only ASCII without control characters fits in one."""
    if not text.isascii() or not text.isprintable():
        raise ValueError("only printable ASCII can be quoted")
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def wire_name(name: str) -> str:
    """A mailbox name as a command carries it."""
    return quoted(imap_utf7.encode(name).decode("ascii"))


def decoded_name(wire: bytes) -> str:
    """A mailbox name as people read it; one that breaks the rules is shown as it came."""
    try:
        return str(imap_utf7.decode(wire))
    except ValueError:
        return wire.decode("latin-1")


def keyword_atom(keyword: str) -> str:
    """A keyword, which has to be an atom."""
    if not _KEYWORD.fullmatch(keyword):
        raise ValueError(f"not an IMAP keyword: {keyword!r}")
    return keyword


def with_use(folders: Iterable[Folder], special: str, names: tuple[str, ...]) -> Folder | None:
    """The folder of that use: by what the server says, else by `names`, else by the usual names."""
    usable = [folder for folder in folders if folder.selectable]
    for folder in usable:
        if folder.special.casefold() == special.casefold():
            return folder
    for name in (*names, *USUAL_NAMES.get(special, ())):
        called = [f for f in usable if _spoken(name) in {_spoken(f.name), _spoken(f.last_name)}]
        if called:
            return min(called, key=lambda folder: len(folder.name))
    return None


def _spoken(name: str) -> str:
    """What is the same to a reader is the same here: É may be one character or two."""
    return unicodedata.normalize("NFC", name).casefold()
