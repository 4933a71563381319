"""The mailbox of the demonstration: pymap on a free loopback port, everything in memory.

It lives in the loop of the daemon it serves but is reached only over its socket, as a real server
is. What arrives is stamped with the demonstration's time.
"""

from __future__ import annotations

import asyncio
import hashlib
from argparse import Namespace
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from types import TracebackType
from typing import Self

from proxyprotocol.sock import SocketInfo
from proxyprotocol.version import ProxyProtocolVersion
from pymap.backend.dict import Config, Identity, Login
from pymap.backend.dict.filter import FilterSet
from pymap.backend.dict.mailbox import MailboxData, MailboxSet, Message
from pymap.concurrent import Event, Subsystem
from pymap.imap import IMAPServer
from pymap.parsing.message import AppendMessage
from pymap.parsing.specials import FetchRequirement
from pymap.parsing.specials.flag import Flag, Seen
from pymap.selected import SelectedMailbox
from pymap.user import UserMetadata
from pysasl.hashing import Cleartext

from mailagent.clock import Clock

FOLDERS = ("Sent", "Drafts")  # beside INBOX, which always exists


@dataclass(frozen=True, slots=True)
class StoredMail:
    """A message as it lies in a folder."""

    folder: str
    uid: int
    arrived: datetime
    raw: bytes

    @property
    def digest(self) -> str:
        """Sha256 of the bytes, hex."""
        return hashlib.sha256(self.raw).hexdigest()


class _Folder(MailboxData):
    """A folder that tells the demonstration's time, and IDLE what came just before it."""

    clock: Clock

    async def append(self, append_msg: AppendMessage, *, recent: bool = False) -> Message:
        stamped = replace(append_msg, when=append_msg.when or self.clock.now())
        return await super().append(stamped, recent=recent)

    async def update_selected(
        self, selected: SelectedMailbox, *, wait_on: Event | None = None
    ) -> SelectedMailbox:
        if selected.mod_sequence != self._mod_sequences.highest:
            wait_on = None
        return await super().update_selected(selected, wait_on=wait_on)


class _Folders(MailboxSet):
    """The folders of the one user."""

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self._inbox = self._new_folder(clock)
        self._set = {name: self._new_folder(clock) for name in FOLDERS}

    def _new_folder(self, clock: Clock) -> _Folder:
        folder = _Folder(self._content_cache, self._thread_cache)
        folder.clock = clock
        return folder


class ImapServer:
    """An IMAP server for one user; use it as a context."""

    def __init__(self, clock: Clock, username: str, password: str) -> None:
        self.username = username
        self._password = password
        self._folders = _Folders(clock)
        self._connections: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """The port it listens on."""
        assert self._server is not None, "the server has not been started"
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def __aenter__(self) -> Self:
        self._imap = IMAPServer(await self._login(), self._config())
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._server is not None
        self._server.close()
        for connection in self._connections:
            connection.cancel()
        await asyncio.gather(*self._connections, return_exceptions=True)

    async def deliver(
        self, raw: bytes, folder: str = "INBOX", when: datetime | None = None
    ) -> StoredMail:
        """Put a mail into a folder as a mail server or another mail client would."""
        flags: frozenset[Flag] = frozenset() if folder == "INBOX" else frozenset({Seen})
        mailbox = await self._folders.get_mailbox(folder)
        message = await mailbox.append(AppendMessage(raw, when, flags), recent=True)
        return StoredMail(folder, message.uid, message.internal_date, raw)

    async def mails(self, folder: str) -> tuple[StoredMail, ...]:
        """All that lies in a folder, oldest first."""
        mailbox = await self._folders.get_mailbox(folder)
        found = []
        async for message in mailbox.messages():
            loaded = await message.load_content(FetchRequirement.CONTENT)
            raw = bytes(loaded.get_body())
            found.append(StoredMail(folder, message.uid, message.internal_date, raw))
        return tuple(found)

    def _config(self) -> Config:
        return Config(
            Namespace(passlib_cfg=None, proxy_protocol="noop"),
            host=None,
            port=0,
            demo_data=False,
            demo_user=self.username,
            demo_password=self._password,
            tls_enabled=False,
            reject_dnsbl=False,
            proxy_protocol=ProxyProtocolVersion.get("noop"),
            hash_context=Cleartext(),  # the password guards nothing and lives for a minute
            cpu_subsystem=Subsystem.for_asyncio(),
        )

    async def _login(self) -> Login:
        config = self._config()
        config.set_cache[self.username] = (self._folders, FilterSet())
        login = Login(config)
        owner = Identity(self.username, login, None, frozenset())
        await owner.set(UserMetadata(config, self.username, password=self._password))
        return login

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._connections.add(task)
        try:
            with suppress(ConnectionError):
                await self._imap(reader, writer, SocketInfo.get(writer, None))
        finally:
            self._connections.discard(task)
