from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.core.mail import Address
from mailagent.message.headers import addresses, clean, decode_words, read_date

WORDS = [
    ("plain", "plain"),
    ("=?utf-8?q?r=C3=A9gl=C3=A9?=", "réglé"),
    ("=?UTF-8?B?cmVnbMOp?=", "reglé"),
    ("=?iso-8859-1?Q?r=E9gl=E9?= hier", "réglé hier"),
    ("=?utf-8?q?a?= =?utf-8?q?b?=", "ab"),  # RFC 2047 §6.2: blanks between words do not count
    ("=?utf-8?q?a?= x =?utf-8?q?b?=", "a x b"),
    ("=?utf-8?b?w6k=?= =?utf-8?b?w6k=?=", "éé"),
    ("=?utf-8?b?ww==?= =?utf-8?b?qQ==?=", "é"),  # a character cut in two
    ("=?utf-8*fr?q?r=C3=A9?=", "ré"),
    ("=?no-such?q?r=E9?=", "ré"),
    ("=?utf-8?q?x=0D=0ABcc:_evil?=", "x Bcc: evil"),
    ("=?utf-8?q?broken", "=?utf-8?q?broken"),
    ("=?utf-8?b?not base64!?=", decode_words("=?utf-8?b?notbase64?=")),
    ("a\u202eb\u200bc", "abc"),
]


@pytest.mark.parametrize(("value", "expected"), WORDS)
def test_encoded_words_are_decoded(value, expected):
    assert decode_words(value) == expected


ADDRESSES = [
    ("Jane <Jane@C.Example>", (Address("jane@c.example", "Jane"),)),
    ("=?utf-8?q?a=2C_b?= <x@y.example>", (Address("x@y.example", "a, b"),)),
    ("boss@ours.example <evil@x.example>", (Address("evil@x.example", "boss@ours.example"),)),
    ("a@b.example, c@d.example", (Address("a@b.example"), Address("c@d.example"))),
    ("undisclosed-recipients:;", ()),
    (
        '"Doe, Jane" <j@c.example>, b@d.example',
        (Address("j@c.example", "Doe, Jane"), Address("b@d.example")),
    ),
    ("j@c.example (Jane Doe)", (Address("j@c.example", "Jane Doe"),)),
    ("Group: a@b.example, c@d.example;", (Address("a@b.example"), Address("c@d.example"))),
    ('"a@ours.example" <evil@x.example>', (Address("evil@x.example", "a@ours.example"),)),
    ("<a@b.example> <c@d.example>", (Address("c@d.example", "<a@b.example>"),)),
    ("nobody", (Address("", "nobody"),)),
    ("", ()),
]


@pytest.mark.parametrize(("value", "expected"), ADDRESSES)
def test_addresses_are_read(value, expected):
    assert addresses([value]) == expected


DATES = [
    ("Tue, 03 Mar 2026 10:12:00 +0100", datetime(2026, 3, 3, 9, 12, tzinfo=UTC)),
    ("3 Mar 2026 10:12 -0000", datetime(2026, 3, 3, 10, 12, tzinfo=UTC)),
    ("Tue, 03 Mar 1850 10:12:00 +0000", None),
    ("Tue, 03 Mar 2926 10:12:00 +0000", None),
    ("Tue, 99 Foo 2026", None),
    ("", None),
]


@pytest.mark.parametrize(("value", "expected"), DATES)
def test_dates_are_read_or_absent(value, expected):
    assert read_date(value) == expected


@given(st.text())
def test_cleaned_text_is_one_printable_line(text):
    cleaned = clean(text)
    assert cleaned == clean(cleaned)
    assert "\n" not in cleaned
    assert "\x1b" not in cleaned


@given(st.text())
def test_anything_can_be_decoded(text):
    decode_words(text)
    addresses([text])
    read_date(text)
