"""Tables of mail: outbox, inbox, raw contents, mailbox cursors, suppressed addresses."""

from __future__ import annotations

from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import BigInteger, ForeignKeyConstraint, Index, LargeBinary, UniqueConstraint, text
from sqlmodel import Field

from mailagent.core.decisions import Filing
from mailagent.core.outbox import OutboxState
from mailagent.store.schema import FreeText, Row, one_of, table_of


class ContentKind(StrEnum):
    """What stored bytes are."""

    RAW_IN = "raw_in"
    RAW_OUT = "raw_out"
    DOCUMENT = "document"


UNFILED = text("sent_at IS NOT NULL AND NOT filed_in_sent")
"""Sent mails without a copy in the Sent folder: the index and the query say it in the same words."""


class ContentRow(Row, table=True):
    __tablename__ = "contents"
    __table_args__ = (
        ForeignKeyConstraint(["company"], ["companies.company"]),
        one_of("kind", ContentKind),
    )

    company: str = Field(primary_key=True)
    sha256: str = Field(primary_key=True)
    kind: str
    content: bytes = Field(sa_type=LargeBinary)


class OutboxRow(Row, table=True):
    __tablename__ = "outbox"
    __table_args__ = (
        ForeignKeyConstraint(["company"], ["companies.company"]),
        ForeignKeyConstraint(["company", "raw"], ["contents.company", "contents.sha256"]),
        UniqueConstraint("company", "customer", "step", "cycle"),
        UniqueConstraint("company", "message_id"),
        one_of("state", OutboxState),
        Index(None, "company", "state", "next_attempt_at"),
        Index(
            "ix_outbox_sent_at",
            "company",
            "sent_at",
            postgresql_where=text("sent_at IS NOT NULL"),
            sqlite_where=text("sent_at IS NOT NULL"),
        ),
        Index(
            "ix_outbox_unfiled",
            "company",
            "id",
            postgresql_where=UNFILED,
            sqlite_where=UNFILED,
        ),
    )

    company: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    customer: str
    step: str
    cycle: int
    sender: str = Field(sa_type=FreeText)
    recipient: str = Field(sa_type=FreeText)
    message_id: str = Field(sa_type=FreeText)
    raw: str
    invoices: str  # JSON list of numbers
    balances: str  # JSON list of [number, minor units, currency]
    subject: str = Field(sa_type=FreeText)
    planned_for: date
    state: str
    reason: str = Field(sa_type=FreeText)
    attempts: int
    first_attempt_at: datetime | None
    next_attempt_at: datetime
    fence: int = Field(sa_type=BigInteger)
    claimed_by: str
    lease_until: datetime | None
    reply: str = Field(sa_type=FreeText)
    created_at: datetime
    sent_at: datetime | None
    filed_in_sent: bool


class InboxRow(Row, table=True):
    """Promise P4: each received mail once, with the one filing it ended in."""

    __tablename__ = "inbox"
    __table_args__ = (
        ForeignKeyConstraint(["company"], ["companies.company"]),
        UniqueConstraint("company", "mailbox", "uidvalidity", "uid"),
        one_of("filing", Filing),
        Index(None, "company", "digest"),
        Index(None, "company", "filing", "id"),
    )

    company: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    mailbox: str
    uidvalidity: int = Field(sa_type=BigInteger)
    uid: int = Field(sa_type=BigInteger)
    digest: str  # sha256 of the raw bytes: effects happen once per digest
    message_id: str = Field(sa_type=FreeText)
    sender: str = Field(sa_type=FreeText)
    subject: str = Field(sa_type=FreeText)
    received_at: datetime
    filing: str
    reason: str = Field(sa_type=FreeText)
    customer: str | None
    summary: str  # JSON object


class InboxFailureRow(Row, table=True):
    """How often a mail made us stumble, so that it goes to quarantine instead of round and round."""

    __tablename__ = "inbox_failures"
    __table_args__ = (ForeignKeyConstraint(["company"], ["companies.company"]),)

    company: str = Field(primary_key=True)
    mailbox: str = Field(primary_key=True)
    uidvalidity: int = Field(primary_key=True, sa_type=BigInteger)
    uid: int = Field(primary_key=True, sa_type=BigInteger)
    attempts: int
    error: str = Field(sa_type=FreeText)


class MailboxRow(Row, table=True):
    """How far a folder was read."""

    __tablename__ = "mailboxes"
    __table_args__ = (ForeignKeyConstraint(["company"], ["companies.company"]),)

    company: str = Field(primary_key=True)
    folder: str = Field(primary_key=True)
    uidvalidity: int = Field(sa_type=BigInteger)
    last_uid: int = Field(sa_type=BigInteger)
    first_seen_at: datetime
    read_at: datetime | None


class SuppressionRow(Row, table=True):
    __tablename__ = "suppressions"
    __table_args__ = (ForeignKeyConstraint(["company"], ["companies.company"]),)

    company: str = Field(primary_key=True)
    address: str = Field(primary_key=True)  # lower case
    reason: str = Field(sa_type=FreeText)
    at: datetime


contents = table_of(ContentRow)
outbox = table_of(OutboxRow)
inbox = table_of(InboxRow)
inbox_failures = table_of(InboxFailureRow)
mailboxes = table_of(MailboxRow)
suppressions = table_of(SuppressionRow)
