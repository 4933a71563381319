"""Any bytes from a server leave the protocol either alive or lost for a reason, never with an exception."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailagent.transport.imap_protocol import ImapProtocol, Request, shown

PIECES = st.sampled_from(
    [
        *(
            b"* ",
            b"+ ",
            b"A1 ",
            b"OK ",
            b"NO [ALERT] ",
            b"BYE ",
            b"PREAUTH ",
            b"\r\n",
            b"\r",
            b"\n",
        ),
        *(b"{3}\r\n", b"{0}\r\n", b"{5}", b"{" + b"9" * 5000 + b"}\r\n", b"2 EXISTS", b"1 EXPUNGE"),
        *(b"1 FETCH (UID 7 BODY[] ", b"SEARCH 1 2", b"9" * 5000 + b" EXISTS\r\n", b"\xff\x00"),
    ]
)


class Wire:
    """A transport that goes nowhere."""

    aborted = False

    def write(self, data: bytes) -> None:
        assert not self.aborted

    def abort(self) -> None:
        assert not self.aborted
        self.aborted = True


CHUNKS = st.lists(st.lists(st.one_of(PIECES, st.binary(max_size=5))).map(b"".join), max_size=8)
COMMANDS = st.sampled_from(["", "FETCH", "SELECT", "IDLE", "AUTHENTICATE", "APPEND", "STARTTLS"])


@settings(max_examples=300, deadline=None)
@given(COMMANDS, CHUNKS)
def test_any_bytes_are_survived(name: str, chunks: list[bytes]) -> None:
    asyncio.run(received(name, chunks))


async def received(name: str, chunks: list[bytes]) -> None:
    protocol = ImapProtocol(max_literal=1000)
    protocol.connection_made(Wire())
    protocol.data_received(b"* OK hello\r\n")
    request = Request(name, "A1")
    protocol.pending_sync_command = request if name else None
    for chunk in chunks:
        protocol.data_received(chunk)
    if protocol.lost:
        assert request.answered or not name
        assert protocol.transport.aborted
    protocol.connection_lost(None)
    assert protocol.lost
    assert protocol.disconnected.is_set()
    assert request.answered or not name


async def test_a_request_shows_its_arguments_to_the_wire_only() -> None:
    request = Request("LOGIN", "A1", '"ann"', '"SECRET"')
    assert str(request) == 'A1 LOGIN "ann" "SECRET"'
    assert repr(request) == "A1 LOGIN"
    assert Request("FETCH", "A2", "7", prefix="UID").title == "UID FETCH"


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (b"caf\xc3\xa9", "café"),
        (b"a\x1b[31m\r\nb", "a [31m  b"),
        (b"\xff", "�"),
        (b"x" * 500, "x" * 200),
    ],
)
def test_the_words_of_a_server_are_made_fit_for_a_message(words: bytes, text: str) -> None:
    assert shown(words) == text
