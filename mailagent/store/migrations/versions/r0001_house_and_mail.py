"""The installation, its mail and its operation."""

import sqlalchemy as sa
from alembic import op

from mailagent.store.migrations.parts import (
    big,
    check,
    day,
    flag,
    index,
    key,
    moment,
    number,
    of_company,
    partial_index,
    refers,
    text,
    texts,
    unique,
)

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    """In the order in which the tables refer to each other."""
    _installation()
    _mail()
    _outbox()
    _operation()


def _installation() -> None:
    op.create_table("companies", text("company"), text("name"), key("companies", "company"))
    op.create_table(
        "installation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("signing_key", sa.LargeBinary(), nullable=False),
        moment("created_at"),
        check("installation", "single", "id = 1"),
        key("installation", "id"),
    )
    op.create_table(
        "leases",
        text("name"),
        text("owner"),
        big("fence"),
        moment("expires_at"),
        key("leases", "name"),
    )


def _mail() -> None:
    op.create_table(
        "contents",
        *texts("company", "sha256", "kind"),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        check("contents", "kind", "kind IN ('raw_in', 'raw_out', 'document')"),
        of_company("contents"),
        key("contents", "company", "sha256"),
    )
    op.create_table(
        "inbox",
        text("company"),
        big("id"),
        text("mailbox"),
        big("uidvalidity"),
        big("uid"),
        *texts("digest", "message_id", "sender", "subject"),
        moment("received_at"),
        *texts("filing", "reason"),
        text("customer", nullable=True),
        text("summary"),
        check("inbox", "filing", "filing IN ('applied', 'waiting', 'not_ours', 'quarantined')"),
        of_company("inbox"),
        key("inbox", "company", "id"),
        unique("inbox", "company", "mailbox", "uidvalidity", "uid"),
    )
    index("inbox", "company", "digest")
    index("inbox", "company", "filing", "id")
    op.create_table(
        "inbox_failures",
        *texts("company", "mailbox"),
        big("uidvalidity"),
        big("uid"),
        number("attempts"),
        text("error"),
        of_company("inbox_failures"),
        key("inbox_failures", "company", "mailbox", "uidvalidity", "uid"),
    )
    op.create_table(
        "mailboxes",
        *texts("company", "folder"),
        big("uidvalidity"),
        big("last_uid"),
        moment("first_seen_at"),
        moment("read_at", nullable=True),
        of_company("mailboxes"),
        key("mailboxes", "company", "folder"),
    )
    op.create_table(
        "suppressions",
        *texts("company", "address", "reason"),
        moment("at"),
        of_company("suppressions"),
        key("suppressions", "company", "address"),
    )


def _outbox() -> None:
    op.create_table(
        "outbox",
        text("company"),
        big("id"),
        *texts("customer", "step"),
        number("cycle"),
        *texts("sender", "recipient", "message_id", "raw", "invoices", "balances", "subject"),
        day("planned_for"),
        *texts("state", "reason"),
        number("attempts"),
        moment("first_attempt_at", nullable=True),
        moment("next_attempt_at"),
        big("fence"),
        text("claimed_by"),
        moment("lease_until", nullable=True),
        text("reply"),
        moment("created_at"),
        moment("sent_at", nullable=True),
        flag("filed_in_sent"),
        check(
            "outbox",
            "state",
            "state IN ('queued', 'claimed', 'transmitting', 'sent', 'deferred', 'refused', "
            "'unknown', 'held', 'cancelled')",
        ),
        of_company("outbox"),
        refers("outbox", ("company", "raw"), "contents", ("company", "sha256")),
        key("outbox", "company", "id"),
        unique("outbox", "company", "customer", "step", "cycle"),
        unique("outbox", "company", "message_id"),
    )
    index("outbox", "company", "state", "next_attempt_at")
    partial_index("ix_outbox_sent_at", "outbox", ("company", "sent_at"), "sent_at IS NOT NULL")
    partial_index(
        "ix_outbox_unfiled",
        "outbox",
        ("company", "id"),
        "sent_at IS NOT NULL AND NOT filed_in_sent",
    )


def _operation() -> None:
    op.create_table(
        "reviews",
        text("company"),
        big("id"),
        text("kind"),
        text("customer", nullable=True),
        *texts("invoices", "question", "evidence", "fingerprint"),
        moment("opened_at"),
        text("closed_by"),
        moment("closed_at", nullable=True),
        of_company("reviews"),
        key("reviews", "company", "id"),
    )
    partial_index(
        "uq_reviews_open", "reviews", ("company", "fingerprint"), "closed_at IS NULL", unique=True
    )
    op.create_table(
        "switches",
        *texts("company", "reason"),
        moment("since"),
        text("by"),
        of_company("switches"),
        key("switches", "company"),
    )
    op.create_table(
        "journal",
        text("company"),
        big("seq"),
        moment("at"),
        *texts("event", "subject", "data", "cause_kind", "cause_ref", "previous", "hash"),
        check(
            "journal",
            "cause_kind",
            "cause_kind IN ('mail', 'rule', 'person', 'clock', 'import', 'server')",
        ),
        of_company("journal"),
        key("journal", "company", "seq"),
    )
    index("journal", "company", "subject", "seq")
