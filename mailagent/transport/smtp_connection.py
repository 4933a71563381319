"""One connection to a mail server, with the transaction cut where the outbox commits.

    offer()     MAIL and RCPT: nothing is out, whatever happens
    (the caller commits "transmitting")
    transmit()  DATA: from here on a lost answer means the mail may be out

aiosmtplib's exceptions do not tell these two apart, so the phases are driven here one by one.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import aiosmtplib
from aiolimiter import AsyncLimiter

from mailagent.core.delivery import Outcome, Phase, Result
from mailagent.failpoint import failpoint
from mailagent.transport.smtp_address import BadAddress, Mailbox, envelope_address
from mailagent.transport.smtp_connect import Client
from mailagent.transport.smtp_reply import accepted, lost, refusal

Dial = Callable[[], Awaitable[Client]]


class SmtpConnection:
    """Sends one message at a time; made and taken back by `SmtpPool`."""

    def __init__(
        self,
        client: Client,
        dial: Dial,
        pace: AsyncLimiter,
        data_timeout: float,
        courtesy: float,
    ) -> None:
        self._client = client
        self._dial = dial
        self._pace = pace
        self._data_timeout = data_timeout
        self._courtesy = courtesy
        self._settled = True  # the last word was a plain reply, and no envelope is open
        self.opened_at = self.used_at = asyncio.get_running_loop().time()
        self.messages = 0  # accepted so far

    @property
    def is_reusable(self) -> bool:
        """Whether the next message may go over this connection."""
        return self._settled and self._client.is_connected

    async def offer(self, sender: str, recipient: str, size: int) -> Outcome | None:
        """MAIL and RCPT: None when the server takes both, else why not; nothing is out either way.

        Raises TransportUnavailable or LoginRefused when a session that had ended cannot be opened again.
        """
        mailboxes = self._mailboxes(sender, recipient)
        if isinstance(mailboxes, Outcome):
            return mailboxes
        await self._pace.acquire()
        used_before = self.messages > 0
        outcome = await self._offer(*mailboxes, size)
        if outcome is None or not used_before or self._client.is_connected:
            return outcome
        # Servers end sessions after a while or a number of mails: that says nothing about this mail.
        await self._redial()
        return await self._offer(*mailboxes, size)

    async def transmit(self, raw: bytes) -> Outcome:
        """DATA with exactly these bytes. Always returns: a cancellation waits until the answer is known.

        The caller records the outcome first, then asks `current_task().cancelling()`.
        """
        sending = asyncio.ensure_future(self._transmit(raw))
        while not sending.done():
            try:
                await asyncio.wait((sending,))
            except asyncio.CancelledError:
                continue
        if sending.cancelled():  # the loop is torn down
            return lost(Phase.DATA, "stopped while sending")
        return sending.result()

    async def withdraw(self) -> None:
        """Take back an accepted offer: the mail is no longer wanted."""
        await self._reset()

    async def answers(self) -> bool:
        """Whether the server still answers on an idle connection."""
        self._settled = False
        try:
            await self._client.noop(timeout=self._courtesy)
        except (aiosmtplib.SMTPException, OSError):
            return False
        self._settled = True
        return True

    async def quit(self) -> None:
        """Part politely, within a bound; no mail depends on it."""
        try:
            if self.is_reusable:
                await self._client.quit(timeout=self._courtesy)
        except (aiosmtplib.SMTPException, OSError):
            pass
        finally:
            self.abort()

    def abort(self) -> None:
        """Drop the connection at once, with whatever is still unsent."""
        self._settled = False
        self._client.close()

    def _mailboxes(self, sender: str, recipient: str) -> tuple[Mailbox, Mailbox] | Outcome:
        """Both envelope addresses, or our own refusal of one."""
        checked: list[Mailbox] = []
        for phase, address in ((Phase.MAIL, sender), (Phase.RCPT, recipient)):
            mailbox = envelope_address(address)
            if isinstance(mailbox, BadAddress) or (phase is Phase.RCPT and not address):
                enhanced = "5.1.7" if phase is Phase.MAIL else "5.1.3"
                text = mailbox.text if isinstance(mailbox, BadAddress) else "no recipient"
                return Outcome(Result.REFUSED, phase, enhanced=enhanced, text=text)
            if mailbox.needs_utf8 and not self._client.supports_extension("smtputf8"):
                text = "the server takes no address with such letters before the @ (SMTPUTF8)"
                return Outcome(Result.REFUSED, phase, enhanced="5.6.7", text=text)
            checked.append(mailbox)
        return checked[0], checked[1]

    async def _offer(self, sender: Mailbox, recipient: Mailbox, size: int) -> Outcome | None:
        utf8 = sender.needs_utf8 or recipient.needs_utf8
        failpoint("smtp before MAIL")
        outcome = await self._envelope(Phase.MAIL, "FROM", sender, self._mail_options(size, utf8))
        if outcome is not None:
            return outcome
        failpoint("smtp after MAIL, before RCPT")
        outcome = await self._envelope(Phase.RCPT, "TO", recipient, ())
        failpoint("smtp after RCPT")
        return outcome

    async def _envelope(
        self, phase: Phase, preposition: str, mailbox: Mailbox, options: Sequence[str]
    ) -> Outcome | None:
        """One command of the envelope; None when it was taken.

        Not by the library's mail() and rcpt(): they parse the address and may send another one.
        """
        self._settled = False
        words = [phase.upper(), f"{preposition}:<{mailbox.wire}>", *options]
        try:
            code, message = await self._client.execute_command(*(word.encode() for word in words))
        except (aiosmtplib.SMTPException, OSError) as error:
            self.abort()
            return lost(phase, _words(error))
        if code in (250, 251, 252):
            return None
        outcome = refusal(phase, code, message)
        if outcome is None:
            self.abort()
            return lost(phase, f"unexpected reply {code} {message}")
        await self._reset()
        return outcome

    def _mail_options(self, size: int, utf8: bool) -> list[str]:
        offered = self._client.supports_extension
        options = [f"SIZE={size}"] if offered("size") else []
        if offered("8bitmime"):
            options.append("BODY=8BITMIME")
        if utf8:
            options.append("SMTPUTF8")
        return options

    async def _transmit(self, raw: bytes) -> Outcome:
        if not self._client.is_connected:
            return lost(Phase.RCPT, "the connection was lost before DATA")
        self._settled = False
        try:
            failpoint("smtp before DATA")
            response = await self._client.data(raw, timeout=self._data_timeout)
        except aiosmtplib.SMTPResponseException as error:
            return await self._data_reply(error.code, error.message)
        except (Exception, asyncio.CancelledError) as error:  # noqa: BLE001 - whatever it was, the mail may be out
            self.abort()
            return lost(Phase.DATA, _words(error))
        failpoint("smtp after 250")
        return self._taken(response.code, response.message)

    async def _data_reply(self, code: int, message: str) -> Outcome:
        """The outcome of an answer to DATA that is not 250 after the dot."""
        if 250 < code < 300:  # 250 itself here answers the command, not the message: out of step
            return self._taken(code, message)
        outcome = refusal(Phase.DATA, code, message)
        if outcome is None:
            self.abort()
            return lost(Phase.DATA, f"unexpected reply {code} {message}")
        if code == 421:
            self.abort()
        else:
            await self._reset()
        return outcome

    def _taken(self, code: int, message: str) -> Outcome:
        self._settled = True
        self.messages += 1
        return accepted(code, message)

    async def _reset(self) -> None:
        """Clear the envelope; a connection that cannot do that is dropped."""
        self._settled = False
        if not self._client.is_connected:
            return
        try:
            await self._client.rset(timeout=self._courtesy)
        except (aiosmtplib.SMTPException, OSError):
            self.abort()
        else:
            self._settled = True

    async def _redial(self) -> None:
        """A fresh session in place of one the server has ended."""
        self.abort()
        self._client = await self._dial()
        self.opened_at = asyncio.get_running_loop().time()
        self.messages = 0


def _words(error: BaseException) -> str:
    told = error.message if isinstance(error, aiosmtplib.SMTPException) else str(error)
    return told or type(error).__name__
