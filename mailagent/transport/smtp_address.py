"""Envelope addresses (RFC 5321 §4.1.2): taken as they are or refused, never repaired.

A repaired address is another address, and the mail in it is about somebody's debts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

_ATEXT = frozenset(
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789!#$%&'*+-/=?^_`{|}~"
)
_LABEL = re.compile(r"(?!-)[A-Za-z0-9-]{1,63}(?<!-)")


@dataclass(frozen=True, slots=True)
class Mailbox:
    """An address as it goes on the wire."""

    wire: str  # domain in ASCII; empty for the null sender
    needs_utf8: bool = False  # the part before the @ is not ASCII (RFC 6531)


@dataclass(frozen=True, slots=True)
class BadAddress:
    """Why an address is not put on the wire."""

    text: str


def envelope_address(address: str) -> Mailbox | BadAddress:
    """The address for MAIL or RCPT: `local@domain` with a plain dot-atom, international domains encoded."""
    if not address:
        return Mailbox("")
    local, at, domain = address.rpartition("@")
    if not at or not all(_is_atom(atom) for atom in local.split(".")):
        return BadAddress(f"not a mail address: {ascii(address)[:100]}")
    wire_domain = _ascii_domain(domain)
    if wire_domain is None:
        return BadAddress(f"not a mail domain: {ascii(domain)[:100]}")
    wire = f"{local}@{wire_domain}"
    if len(local.encode()) > 64 or len(wire.encode()) > 254:  # RFC 5321 §4.5.3.1
        return BadAddress(f"mail address too long: {ascii(address)[:100]}")
    return Mailbox(wire, needs_utf8=not local.isascii())


def _is_atom(text: str) -> bool:
    # Quoted local parts ("a b"@...) are legal, and so rare that they are more likely an attack.
    return bool(text) and all(
        c in _ATEXT or (not c.isascii() and c.isprintable() and not c.isspace()) for c in text
    )


def _ascii_domain(domain: str) -> str | None:
    if not domain.isascii():
        try:
            encoded = domain.encode("idna")
            # The codec is IDNA 2003: it turns ß into ss, which is another domain. Refuse what does not come back.
            if encoded.decode("idna") != domain.lower():
                return None
        except UnicodeError:
            return None
        domain = encoded.decode("ascii")
    return domain if all(_LABEL.fullmatch(label) for label in domain.split(".")) else None
