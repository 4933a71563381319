"""Bytes to text when the declared charset may be missing, unknown or a lie. Never raises."""

from __future__ import annotations

import codecs

_ALIASES = {
    "ansi": "cp1252",
    "ansi_x3.4-1968": "utf-8",
    "cp-850": "cp850",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "iso-8859-1": "cp1252",  # what mail programs write when they mean Windows-1252
    "iso-8859-8-e": "iso-8859-8",
    "iso-8859-8-i": "iso-8859-8",
    "ks_c_5601-1987": "cp949",
    "latin1": "cp1252",
    "macintosh": "mac-roman",
    "shift_jis": "cp932",
    "unicode-1-1-utf-7": "utf-7",
    "us-ascii": "utf-8",
    "utf8mb4": "utf-8",
    "x-gbk": "gb18030",
    "x-mac-roman": "mac-roman",
    "x-sjis": "cp932",
    "x-unknown": "utf-8",
}

# Python also knows codecs that are no charsets of mail (unicode_escape, punycode, idna): refused.
_FAMILIES = (
    "utf",
    "ascii",
    "iso8859",
    "cp",
    "koi8",
    "mac-",
    "gb",
    "big5",
    "euc",
    "shift",
    "iso2022",
    "hz",
    "tis-620",
)


def decode_text(data: bytes, declared: str = "") -> str:
    """The text of some bytes: declared charset, then UTF-8, then Windows-1252 with replacements."""
    charset = _known_charset(declared)
    # A single-byte charset accepts any bytes, so UTF-8 under a wrong label would become mojibake;
    # text that happens to be valid UTF-8 by accident is practically unknown.
    multibyte = charset.startswith(("utf", "iso2022", "gb", "big5", "euc", "cp9", "shift", "hz"))
    attempts = (charset, "utf-8") if charset and multibyte else ("utf-8", charset)
    for attempt in filter(None, attempts):
        try:
            return data.decode(attempt).removeprefix("\ufeff")
        except (UnicodeError, ValueError):
            continue
    return data.decode("cp1252", "replace")


def _known_charset(declared: str) -> str:
    """Python's name of a charset of mail; empty when unknown or unfit."""
    name = declared.strip().strip("\"'").lower()[:40]
    name = _ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    return found if found.startswith(_FAMILIES) else ""
