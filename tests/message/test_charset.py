from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.message.charset import decode_text

CASES = [
    ("réglé €".encode(), "utf-8", "réglé €"),
    ("réglé €".encode("cp1252"), "iso-8859-1", "réglé €"),  # what mail programs mean by it
    ("réglé €".encode("cp1252"), "", "réglé €"),
    ("réglé".encode(), "iso-8859-1", "réglé"),  # a wrong label
    ("réglé".encode(), "us-ascii", "réglé"),
    ("réglé".encode("utf-16"), "utf-16", "réglé"),
    ("réglé".encode("cp1252"), "unknown-8bit", "réglé"),
    ("réglé".encode("cp1252"), "x-no-such", "réglé"),
    ("שלום".encode("iso-8859-8"), "iso-8859-8-i", "שלום"),
    (b"r+AOk-gl+AOk-", "unicode-1-1-utf-7", "réglé"),
    ("réglé".encode("mac-roman"), "macintosh", "réglé"),
    (b"\\u0041", "unicode_escape", "\\u0041"),  # a codec, but no charset of mail
    (b"abc", "punycode", "abc"),
    (b"\xef\xbb\xbfabc", "utf-8", "abc"),
]


@pytest.mark.parametrize(("data", "declared", "text"), CASES)
def test_bytes_become_the_text_that_was_meant(data, declared, text):
    assert decode_text(data, declared) == text


@given(st.binary(), st.text(max_size=20))
def test_any_bytes_with_any_label_become_text(data, declared):
    assert isinstance(decode_text(data, declared), str)
