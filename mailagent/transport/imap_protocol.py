"""aioimaplib's protocol, made to notice loss and to survive what servers send.

aioimaplib 2.0.3 recurses once per line, wakes nobody when the connection is lost, drops what it did not ask for
and logs what it reads. The methods overridden here are private names: the dependency is pinned to 2.0.x, and the
contract tests fail loudly when an upgrade changes them.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from collections.abc import Callable

from aioimaplib.aioimaplib import Abort, Command, IMAP4ClientProtocol

logging.getLogger("aioimaplib").setLevel(logging.WARNING)  # below, it logs whole mails and tokens

MAX_LINE = 16 * 1024 * 1024  # a SEARCH that finds two million mails fits

_LITERAL = re.compile(rb"\{(\d+)\}$")
_COUNT = re.compile(rb"(\d+) (EXISTS|EXPUNGE)\b", re.IGNORECASE)
_STATUS = re.compile(rb"(OK|NO|BAD|BYE|PREAUTH)\b", re.IGNORECASE)
_ALERT = re.compile(rb"\[(?:ALERT|WEBALERT[^\]]*)\]\s*(.*)", re.IGNORECASE)


class Request(Command):  # type: ignore[misc] # aioimaplib carries no types
    """One command; its arguments may be secrets, so only the wire sees them."""

    def __str__(self) -> str:
        return str(super().__repr__())

    def __repr__(self) -> str:
        return f"{self.tag} {self.title}"

    @property
    def title(self) -> str:
        """The command without its arguments."""
        return f"{self.prefix or ''}{self.name}"

    @property
    def answered(self) -> bool:
        return bool(self._event.is_set())

    @property
    def status(self) -> str:
        """OK, NO or BAD, once answered."""
        return str(self.response.result)

    @property
    def text(self) -> bytes:
        """The words behind OK, NO or BAD."""
        return bytes(self.response.lines[-1])

    @property
    def lines(self) -> list[bytes | bytearray]:
        """What was answered: lines as bytes, literals as bytearray; the last is the status with its words."""
        return [*self.response.lines[:-1], self.status.encode() + b" " + self.text]


class ImapProtocol(IMAP4ClientProtocol):  # type: ignore[misc] # aioimaplib carries no types
    """The wire. One command at a time; after the first doubt `lost` says why and nothing works any more."""

    current_command: Command | None
    literal_data: bytes | None
    pending_sync_command: Command | None

    def __init__(self, max_literal: int) -> None:
        super().__init__(asyncio.get_running_loop())
        self.lost = ""  # why the connection cannot be used; empty while it can
        self.greeting = b""
        self.exists = 0  # mails in the selected folder, as last told
        self.news = False  # that number changed since it was last looked at
        self.idling = False  # the server agreed to IDLE
        self.alerts: deque[str] = deque(maxlen=5)  # of the last command, for a person to read
        self.answers: deque[str] = deque()  # to the challenges of AUTHENTICATE
        self.disconnected = asyncio.Event()
        self._max_literal = max_literal
        self._bye = ""
        self._stirred = asyncio.Event()
        self._plaintext_ended = False

    async def until(self, condition: Callable[[], bool], seconds: float) -> bool:
        """True as soon as the condition holds, False when the time is up; Abort when the connection is lost."""
        try:
            async with asyncio.timeout(seconds):
                while not self.lost:
                    if condition():
                        return True
                    self._stirred.clear()
                    await self._stirred.wait()
        except TimeoutError:
            return False
        raise Abort(self.lost)

    def stir(self) -> None:
        """Make `until` look at its condition again."""
        self._stirred.set()

    def fail(self, reason: str) -> None:
        """Cut the connection; every waiting command ends with the reason. The first reason counts."""
        if not self.lost:
            self.lost = reason
            for command in (self.pending_sync_command, *self.pending_async_commands.values()):
                if command is not None:
                    command._exception = Abort(reason)  # noqa: SLF001 - wait() raises it
                    command.close(b"", "KO")
            if self.transport is not None:
                self.transport.abort()
        self.stir()

    def start_idle(self) -> Request:
        """Ask for IDLE without waiting for its end."""
        self.idling = False
        request = Request("IDLE", self.new_tag())
        self.pending_sync_command = request
        self.send(str(request))
        return request

    def secured(self) -> None:
        """TLS is up: what arrives now is encrypted."""
        self._plaintext_ended = False

    # What asyncio calls

    def connection_lost(self, exc: Exception | None) -> None:
        self.fail(str(exc) if exc else "the server closed the connection")
        self.disconnected.set()

    def data_received(self, data: bytes) -> None:
        if self.lost:
            return
        try:
            self._read(self.incomplete_line + data)
        except (Abort, ValueError) as error:
            self.fail(str(error))
        else:
            if self._bye:  # after the rest of the chunk: a refusal may come with it
                self.fail(f"the server said goodbye: {self._bye}")
        self.stir()

    # What aioimaplib calls or is called for

    def send(self, line: str, scrub: str | None = None) -> None:  # noqa: ARG002 - nothing is logged
        self.transport.write(f"{line}\r\n".encode())

    def _read(self, data: bytes) -> None:
        """Lines and literals, in a loop."""
        if self._plaintext_ended:
            raise Abort("data in clear after STARTTLS")
        command, position = self.current_command, 0
        while position < len(data):
            if command is not None and command.wait_literal_data():
                position = len(data) - len(command.append_literal_data(data[position:]))
                continue
            end = data.find(b"\r\n", position)
            if end < 0:
                break
            line, position = data[position:end], end + 2
            command = self._handle_line(line, command)
            if self._plaintext_ended and position < len(data):
                raise Abort("data in clear after STARTTLS")  # CVE-2011-0411
        if len(data) - position > MAX_LINE:
            raise Abort("a line that does not end")
        self.current_command, self.incomplete_line = command, data[position:]

    def _handle_line(self, line: bytes, current_cmd: Command | None) -> Command | None:
        """Give the line to its command; that command again when the line goes on after a literal."""
        if current_cmd is not None:
            current_cmd.append_to_resp(line)
            return self._literal(line, current_cmd)
        if not self.greeting:
            self._greet(line)
        elif line.startswith(b"* "):
            return self._untagged_response(line)
        elif line.startswith(b"+"):
            self._continuation(line)
        elif line:
            self._response_done(line)
        return None

    def _literal(self, line: bytes, command: Command) -> Command | None:
        announced = _LITERAL.search(line)
        if announced is None:
            return None
        size = int(announced[1])
        if size > self._max_literal:
            raise Abort(f"a literal of {size} bytes, more than the {self._max_literal} allowed")
        command.begin_literal_data(size)
        return command

    def _greet(self, line: bytes) -> None:
        if not line.startswith(b"* "):
            raise Abort(
                "no IMAP greeting; is this the right port, and is TLS meant from the start?"
            )
        self.greeting = line[2:]
        self._note(self.greeting)

    def _untagged_response(self, line: bytes) -> Command | None:
        text = line[2:]
        self._note(text)
        command = self._pending()
        if _STATUS.match(text):  # free text, in which {12} is no literal
            if command is not None:
                command.append_to_resp(text)
            return None
        if command is None or command.name == "IDLE":
            command = Request("NOOP", "unasked")  # thrown away, with the literals it may carry
        command.append_to_resp(text)
        return self._literal(text, command)

    def _note(self, text: bytes) -> None:
        """Remember what concerns the whole session, whichever command it came with."""
        if counted := _COUNT.match(text):
            self._count(int(counted[1]), counted[2].upper())
        elif _STATUS.match(text):
            status, _, rest = text.partition(b" ")
            if status.upper() == b"BYE":
                self._bye = shown(rest) or "(no reason given)"
            if alert := _ALERT.search(rest):
                self.alerts.append(shown(alert[1]))

    def _count(self, number: int, what: bytes) -> None:
        if what == b"EXPUNGE":
            self.exists = max(0, self.exists - 1)
        elif number != self.exists:
            self.exists, self.news = number, True

    def _response_done(self, line: bytes) -> None:
        tag, _, rest = line.partition(b" ")
        status, _, text = rest.partition(b" ")
        command = self._pending()
        if command is None or tag != command.tag.encode():
            raise Abort("a line that belongs to no command")
        if status.upper() not in {b"OK", b"NO", b"BAD"}:
            raise Abort(f"an answer to {command.name} that is not OK, NO or BAD")
        self.pending_sync_command = None
        self.pending_async_commands.clear()
        if command.name == "SELECT":
            self.news = False  # it counted the folder; what follows is news
        self._plaintext_ended = command.name == "STARTTLS" and status.upper() == b"OK"
        command.close(text, result=status.decode().upper())

    def _continuation(self, line: bytes) -> None:
        command = self._pending()
        name = command.name if command is not None else ""
        if name == "IDLE":
            self.idling = True
        elif name == "AUTHENTICATE":
            # When we have said all, this is the explanation of a refusal: an empty line ends it (RFC 7628 §3.2.3).
            self.send(self.answers.popleft() if self.answers else "")
        elif name == "APPEND" and self.literal_data is not None:
            literal, self.literal_data = self.literal_data, None
            self.transport.write(literal + b"\r\n")
        else:
            raise Abort(f"an unexpected continuation: {shown(line)}")

    def _pending(self) -> Command | None:
        return self.pending_sync_command or next(iter(self.pending_async_commands.values()), None)


def shown(text: bytes | bytearray) -> str:
    """A server's words, fit for a message: one line, not too long."""
    decoded = text.decode("utf-8", "replace")
    return "".join(c if c.isprintable() else " " for c in decoded).strip()[:200]
