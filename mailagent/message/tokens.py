"""Signs that a reply answers us: the signed address, the Message-ID, the subject token.

All are made from one secret key, so two daemons with the same row make the same id, and nobody
without the key can make one. A token proves the thread, never the person who writes.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Sequence

_ADDRESS_MAC = 10  # bytes; 80 bits leave nothing to guess within the life of a mailbox
_MESSAGE_ID_MAC = 16  # bytes; 26 characters in base32
_MESSAGE_ID_LIMIT = 60  # characters with brackets: short enough that no client folds or encodes it
_SUBJECT_NUMBERS = 3  # numbers named in a subject before it becomes unreadable
_SMALLEST_KEY = 16  # bytes


class Tokens:
    """Makes and reads signed tokens."""

    def __init__(self, key: bytes) -> None:
        if len(key) < _SMALLEST_KEY:
            raise ValueError(f"the token key needs at least {_SMALLEST_KEY} bytes")
        self._key = key

    def address_token(self, outbox_id: int) -> str:
        """What follows the `+` in our reply address: the outbox id and its signature."""
        number = outbox_id.to_bytes((outbox_id.bit_length() + 7) // 8 or 1, "big")
        return _base32(number + self._sign("address", str(outbox_id))[:_ADDRESS_MAC])

    def reply_address(self, address: str, outbox_id: int) -> str:
        """Our address with the token in it: `name+TOKEN@domain` (RFC 5233)."""
        local, _, domain = address.rpartition("@")
        return f"{local}+{self.address_token(outbox_id)}@{domain}"

    def read_address(self, address: str) -> int | None:
        """The outbox id signed into `name+TOKEN@domain`, or None when there is none of ours.

        The case of a local part does not survive every mail server, so it is ignored.
        """
        local, at, _ = address.strip().rpartition("@")
        _, plus, given = local.rpartition("+")
        decoded = _read_base32(given) if at and plus else None
        if decoded is None or len(decoded) <= _ADDRESS_MAC:
            return None
        outbox_id = int.from_bytes(decoded[:-_ADDRESS_MAC], "big")
        # Making the token again checks the signature and refuses every second spelling of it.
        expected = self.address_token(outbox_id)
        return outbox_id if hmac.compare_digest(expected, given.lower()) else None

    def message_id(self, company: str, customer: str, step: str, cycle: int, domain: str) -> str:
        """The Message-ID of one reminder: always the same for the same key (promise P5)."""
        signature = self._sign("message-id", company, customer, step, str(cycle))
        return f"<{_base32(signature[:_MESSAGE_ID_MAC])}@{_message_id_domain(domain)}>"

    def _sign(self, purpose: str, *facts: str) -> bytes:
        # Each part carries its length: ("ab", "c") and ("a", "bc") are different mails.
        parts = (part.encode() for part in (purpose, *facts))
        text = b"".join(len(part).to_bytes(4, "big") + part for part in parts)
        return hmac.digest(self._key, text, "sha256")


def subject_token(numbers: Sequence[str]) -> str:
    """The invoice numbers as they stand in a subject: "[FA-2026-0042]", "[FA-1, FA-2, FA-3, +4]"."""
    named = list(numbers[:_SUBJECT_NUMBERS])
    if len(numbers) > _SUBJECT_NUMBERS:
        named.append(f"+{len(numbers) - _SUBJECT_NUMBERS}")
    return f"[{', '.join(named)}]"


def _message_id_domain(domain: str) -> str:
    """The domain right of the @, kept so that the whole id stays short.

    A domain that is too long is replaced by its hash under `.invalid`, which belongs to nobody
    (RFC 2606); the left part alone is unique. Cutting labels off could name someone else's domain.
    """
    room = _MESSAGE_ID_LIMIT - len("<@>") - 26
    domain = domain.lower()
    if len(domain) <= room and domain.isascii():
        return domain
    return f"{_base32(hashlib.sha256(domain.encode()).digest()[:10])}.invalid"


def _base32(octets: bytes) -> str:
    return base64.b32encode(octets).decode("ascii").rstrip("=").lower()


def _read_base32(text: str) -> bytes | None:
    if not text.isascii():
        return None
    try:
        return base64.b32decode(text.upper() + "=" * (-len(text) % 8))
    except binascii.Error:
        return None
