"""Answers of IMAP servers as they come from the wire: bytes are lines, bytearrays are literals."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailagent.transport.imap_answers import (
    Headline,
    appended_uid,
    bodies_in,
    capabilities_in,
    code_of,
    folders_in,
    headlines_in,
    mailbox_in,
    uids_in,
)
from mailagent.transport.imap_names import Folder

NOW = datetime(2026, 11, 23, tzinfo=UTC)
DATE = b'INTERNALDATE "17-Jul-2026 02:44:25 -0700"'
UTC_DATE = datetime(2026, 7, 17, 9, 44, 25, tzinfo=UTC)


def test_capabilities_are_told_in_any_case() -> None:
    lines = [b"CAPABILITY IMAP4rev1 Idle", b"OK [ALERT] hello", b"OK done"]
    assert capabilities_in(lines) == {"IMAP4REV1", "IDLE"}


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (b"[TRYCREATE] no such mailbox", "TRYCREATE"),
        (b"[AUTHENTICATIONFAILED] no", "AUTHENTICATIONFAILED"),
        (b"[badcharset (US-ASCII)] no", "BADCHARSET"),
        (b"no [TRYCREATE] later in the text", ""),
        (b"", ""),
    ],
)
def test_the_response_code_begins_the_text(text: bytes, code: str) -> None:
    assert code_of(text) == code


def test_select_tells_what_the_folder_is() -> None:
    lines = [
        b"FLAGS (\\Seen Work)",
        b"3 EXISTS",
        b"OK [PERMANENTFLAGS (\\Seen \\*)] limited",
        b"OK [UIDVALIDITY 1784] valid",
        b"OK [UIDNEXT 12] predicted",
        b"OK [READ-WRITE] Select completed.",
    ]
    mailbox = mailbox_in("INBOX", lines, 3)
    assert (mailbox.uidvalidity, mailbox.uidnext, mailbox.exists) == (1784, 12, 3)
    assert mailbox.keywords_allowed
    assert not mailbox.read_only


def test_without_permanent_flags_no_keyword_is_tried() -> None:
    mailbox = mailbox_in("INBOX", [b"OK [UIDVALIDITY 1] ok", b"OK [READ-ONLY] done"], 0)
    assert not mailbox.keywords_allowed
    assert mailbox.read_only
    assert mailbox.uidnext == 0


def test_a_folder_without_uidvalidity_cannot_be_watched() -> None:
    with pytest.raises(ValueError, match="UIDVALIDITY"):
        mailbox_in("INBOX", [b"3 EXISTS", b"OK done"], 3)


@pytest.mark.parametrize(
    ("lines", "uids"),
    [
        ([b"SEARCH 9 3 7", b"OK done"], (3, 7, 9)),
        ([b"SEARCH", b"OK done"], ()),
        ([b"OK done"], ()),  # some servers leave the line out
        ([b"SEARCH 1 2", b"4 EXISTS", b"SEARCH 3", b"OK done"], (1, 2, 3)),
        ([b"SEARCH 5 6 (MODSEQ 917162500)", b"OK done"], (5, 6)),
        ([b"search 5 ", b"OK done"], (5,)),
    ],
)
def test_search_gives_the_uids_ascending(lines: list[bytes], uids: tuple[int, ...]) -> None:
    assert uids_in(lines) == uids


@pytest.mark.parametrize(
    ("text", "uid"),
    [(b"OK [APPENDUID 38505 3955] done", 3955), (b"OK done", None), (b"OK [OTHER 1 2] done", None)],
)
def test_append_tells_the_uid_or_not(text: bytes, uid: int | None) -> None:
    assert appended_uid([b"4 EXISTS", text]) == uid


@pytest.mark.parametrize(
    ("lines", "folder"),
    [
        (
            [b'LIST (\\HasNoChildren \\Sent) "/" "Sent Items"'],
            Folder("Sent Items", "\\Sent", True, "/"),
        ),
        ([b'LIST (\\sent) "." INBOX.Sent'], Folder("INBOX.Sent", "\\Sent", True, ".")),
        ([b"LIST () NIL 2024"], Folder("2024", "", True)),
        ([b'LIST () "/" NIL'], Folder("NIL", "", True, "/")),
        ([b'LIST () "\\\\" "a \\"b\\" \\\\c"'], Folder('a "b" \\c', "", True, "\\")),
        ([b'LIST (\\Noselect) "/" "[Gmail]"'], Folder("[Gmail]", "", False, "/")),
        ([b'LIST (\\NonExistent) "/" "[odd"'], Folder("[odd", "", False, "/")),
        ([b'LIST () "/" {6}', bytearray(b'a "b" '), b""], Folder('a "b" ', "", True, "/")),
        ([b'LIST () "/" "Envoy&AOk-s"'], Folder("Envoyés", "", True, "/")),
        (
            [b'LIST (\\Drafts) "/" "D" ("CHILDINFO" ("SUBSCRIBED"))'],
            Folder("D", "\\Drafts", True, "/"),
        ),
    ],
)
def test_list_gives_folders(lines: list[bytes | bytearray], folder: Folder) -> None:
    assert folders_in([b"STATUS x (y)", *lines, b"LIST nonsense", b"OK done"]) == (folder,)


def headlines(*lines: bytes, asked: tuple[int, ...] = (7,)) -> tuple[Headline, ...]:
    return headlines_in([*lines, b"OK done"], asked, NOW)


def test_a_headline_is_read_in_any_order_of_items() -> None:
    flags = frozenset({"\\Seen", "$Label1"})
    expected = (Headline(7, 44827, UTC_DATE, flags),)
    items = [b"UID 7", b"FLAGS (\\Seen $Label1)", DATE, b"RFC822.SIZE 44827"]
    assert headlines(b"12 FETCH (%b)" % b" ".join(items)) == expected
    assert headlines(b"12 FETCH (%b)" % b" ".join(reversed(items))) == expected


def test_what_was_not_asked_for_is_left_out() -> None:
    unasked = b"1 FETCH (UID 8 FLAGS () RFC822.SIZE 1)"
    without_uid = b"7 FETCH (FLAGS (\\Seen) RFC822.SIZE 1)"  # 7 is a sequence number here
    without_size = b"12 FETCH (UID 7 FLAGS (\\Seen))"
    assert headlines(unasked, without_uid, without_size, b"3 EXISTS") == ()


def test_two_answers_with_one_sequence_number_are_not_mixed() -> None:
    """EXPUNGE moves sequence numbers, also while UID FETCH runs."""
    lines = [b"1 FETCH (UID 7 RFC822.SIZE 70)", b"1 EXPUNGE", b"1 FETCH (UID 8 RFC822.SIZE 80)"]
    sizes = {headline.uid: headline.size for headline in headlines(*lines, asked=(7, 8))}
    assert sizes == {7: 70, 8: 80}


def test_a_bracket_in_a_keyword_is_only_a_bracket() -> None:
    assert headlines(b"1 FETCH (UID 7 FLAGS ([x) RFC822.SIZE 1)")[0].flags == {"[x"}


@pytest.mark.parametrize(
    "date",
    [
        b"",
        b'INTERNALDATE "nonsense"',
        b"INTERNALDATE NIL",
        b'INTERNALDATE "31-Dec-9999 23:00:00 -1200"',
        b'INTERNALDATE "17-Jul-1996 02:44:25 +9999"',
    ],
)
def test_a_mail_without_a_usable_date_counts_as_new(date: bytes) -> None:
    assert headlines(b"1 FETCH (UID 7 %b RFC822.SIZE 1)" % date)[0].received_at == NOW


def test_nonsense_in_a_headline_is_an_error() -> None:
    for line in (
        b"1 FETCH (UID 7",
        b"1 FETCH (UID x)",
        b"1 FETCH (UID)",
        b"1 FETCH (" + b"(" * 5000,
    ):
        with pytest.raises(ValueError, match="makes no sense"):
            headlines(line)


@pytest.mark.parametrize(
    "lines",
    [
        [b"1 FETCH (UID 7 BODY[] {5}", bytearray(b"a\r\n:("), b")"],
        [b"1 FETCH (BODY[] {5}", bytearray(b"a\r\n:("), b" UID 7 FLAGS (\\Seen))"],
    ],
)
def test_a_body_comes_as_a_literal(lines: list[bytes | bytearray]) -> None:
    flags = b"9 FETCH (UID 7 FLAGS (\\Answered))"  # a person is reading at the same time
    assert bodies_in([flags, *lines, flags, b"OK done"], [7]) == {7: b"a\r\n:("}


def test_a_body_may_be_short_or_empty_or_missing() -> None:
    assert bodies_in([b'1 FETCH (UID 7 BODY[] "12")'], [7]) == {7: b"12"}
    assert bodies_in([b"1 FETCH (UID 7 BODY[] {0}", bytearray(), b")"], [7]) == {7: b""}
    assert bodies_in([b"1 FETCH (UID 7 BODY[] NIL)"], [7]) == {7: b""}  # it is there
    assert bodies_in([b"1 FETCH (UID 7 FLAGS ())"], [7]) == {}
    assert bodies_in([b"1 FETCH (UID 7 BODY[HEADER]<0> {1}", bytearray(b"x"), b")"], [7]) == {
        7: b"x"
    }
    assert bodies_in([b"1 FETCH (UID 8 BODY[] {1}", bytearray(b"x"), b")"], [7]) == {}


def test_two_literals_in_one_answer_stay_apart() -> None:
    line = [b"1 FETCH (UID 7 X {3}", bytearray(b"abc"), b" BODY[] {3}", bytearray(b"def"), b")"]
    assert bodies_in(line, [7]) == {7: b"def"}


WORDS = st.sampled_from(
    [b"1 FETCH (", b"UID 7", b"BODY[] {3}", b"ENVELOPE", b"BODY", b"LIST (", b"SEARCH 1"]
)
PARTS = st.lists(st.one_of(WORDS, st.binary(max_size=9)), max_size=6).map(b" ".join)
LINES = st.lists(st.one_of(PARTS, PARTS.map(bytearray)), max_size=5)


@given(LINES)
def test_nonsense_is_a_value_or_a_value_error(lines: list[bytes | bytearray]) -> None:
    lines = [b"x", *lines, b"OK [UIDVALIDITY 1] done"]
    capabilities_in(lines)
    folders_in(lines)
    for read in (
        lambda: uids_in(lines),
        lambda: headlines_in(lines, [7], NOW),
        lambda: bodies_in(lines, [7]),
        lambda: mailbox_in("INBOX", lines, 0),
    ):
        with suppress(ValueError):
            read()
