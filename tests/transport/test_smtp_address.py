from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.transport.smtp_address import BadAddress, Mailbox, envelope_address


@pytest.mark.parametrize(
    ("address", "wire"),
    [
        ("claire@example.test", "claire@example.test"),
        ("claire.martin+ma-7f@example.test", "claire.martin+ma-7f@example.test"),
        ("O'Brien_{x}@sub.example-mail.test", "O'Brien_{x}@sub.example-mail.test"),
        ("root@localhost", "root@localhost"),
        ("compta@München.test", "compta@xn--mnchen-3ya.test"),
        ("", ""),  # the null sender
    ],
)
def test_plain_addresses_pass(address: str, wire: str) -> None:
    assert envelope_address(address) == Mailbox(wire)


def test_letters_outside_ascii_before_the_at_need_smtputf8() -> None:
    assert envelope_address("rené@café.test") == Mailbox("rené@xn--caf-dma.test", needs_utf8=True)


@pytest.mark.parametrize(
    "address",
    [
        "a@b.test\r\nRCPT TO:<c@d.test>",
        "a@b.test\n",
        "a\r@b.test",
        "a@b.test SIZE=1",
        " a@b.test",
        "a@b.test ",
        "<a@b.test>",
        "a@b.test>",
        "Claire <a@b.test>",
        "a@b.test, c@d.test",
        "a@b.test;c@d.test",
        '"a b"@c.test',
        '"a"@c.test',
        "a(comment)@b.test",
        "a\\b@c.test",
        "a@b@c.test",
        "a@[127.0.0.1]",
        "a@",
        "@b.test",
        "a",
        ".a@b.test",
        "a..b@c.test",
        "a.@b.test",
        "a@b..test",
        "a@.test",
        "a@b.test.",
        "a@-b.test",
        "a@b_c.test",
        "a\x00@b.test",
        "a\u00a0b@c.test",  # a space that is not ASCII
        "a\u2028b@c.test",
        "a@b\u3002test",  # an ideographic full stop would become a dot
        "a@straße.test",  # IDNA 2003 makes strasse.test of it
        "a@\ud800.test",
        "x" * 65 + "@b.test",
        "a@" + ".".join(["x" * 60] * 5),
        "é" * 33 + "@b.test",  # 66 octets
    ],
)
def test_what_is_not_plain_is_refused(address: str) -> None:
    assert isinstance(envelope_address(address), BadAddress)


def test_the_refusal_shows_the_address_harmlessly() -> None:
    refused = envelope_address("a@b.test\r\nDATA")

    assert isinstance(refused, BadAddress)
    assert refused.text == r"not a mail domain: 'b.test\r\nDATA'"


@given(st.text(max_size=30) | st.from_regex(r"[a-z.+é \r\n<>\"]{1,9}@[a-zé.\-\[\]]{1,9}"))
def test_what_passes_is_unchanged_and_harmless(address: str) -> None:
    mailbox = envelope_address(address)

    if isinstance(mailbox, Mailbox):
        assert not set(mailbox.wire) & set("\r\n\0 <>")
        if address.isascii():
            assert mailbox.wire == address
