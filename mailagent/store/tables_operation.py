"""Tables of running the house: reviews, switches, leases, journal, installation."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, LargeBinary, text
from sqlmodel import Field

from mailagent.core.decisions import CauseKind
from mailagent.store.schema import FreeText, Row, one_of, table_of


class ReviewRow(Row, table=True):
    """What waits for a person."""

    __tablename__ = "reviews"
    __table_args__ = (
        ForeignKeyConstraint(["company"], ["companies.company"]),
        # the same question is open once
        Index(
            "uq_reviews_open",
            "company",
            "fingerprint",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
            sqlite_where=text("closed_at IS NULL"),
        ),
    )

    company: str = Field(primary_key=True)
    id: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    kind: str
    customer: str | None
    invoices: str  # JSON list of numbers
    question: str = Field(sa_type=FreeText)
    evidence: str = Field(sa_type=FreeText)
    fingerprint: str  # sha256 of kind, customer, invoices and question
    opened_at: datetime
    closed_by: str
    closed_at: datetime | None


class PauseRow(Row, table=True):
    """A company whose sending a person, or a brake, has stopped."""

    __tablename__ = "switches"
    __table_args__ = (ForeignKeyConstraint(["company"], ["companies.company"]),)

    company: str = Field(primary_key=True)
    reason: str = Field(sa_type=FreeText)
    since: datetime
    by: str


class LeaseRow(Row, table=True):
    """Who may do a thing that only one process may do. Not of one company: a name says what it guards."""

    __tablename__ = "leases"

    name: str = Field(primary_key=True)
    owner: str  # empty: released
    fence: int = Field(sa_type=BigInteger)  # grows with each change of owner, never shrinks
    expires_at: datetime


class JournalRow(Row, table=True):
    """Append-only, gapless, hash-chained (promise P8)."""

    __tablename__ = "journal"
    __table_args__ = (
        ForeignKeyConstraint(["company"], ["companies.company"]),
        one_of("cause_kind", CauseKind),
        Index(None, "company", "subject", "seq"),
    )

    company: str = Field(primary_key=True)
    seq: int = Field(
        primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False}
    )
    at: datetime
    event: str
    subject: str
    data: str  # canonical JSON object
    cause_kind: str
    cause_ref: str
    previous: str
    hash: str


class InstallationRow(Row, table=True):
    """One row: what this installation made for itself."""

    __tablename__ = "installation"
    __table_args__ = (CheckConstraint("id = 1", name="single"),)

    id: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    signing_key: bytes = Field(sa_type=LargeBinary)
    created_at: datetime


reviews = table_of(ReviewRow)
switches = table_of(PauseRow)
leases = table_of(LeaseRow)
journal = table_of(JournalRow)
installation = table_of(InstallationRow)
