"""What happened, told for a reader: journal entries in, news out. A mail and its effects become one item."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from mailagent.core.decisions import CauseKind
from mailagent.core.hold import HoldReason
from mailagent.core.journal import Entry
from mailagent.sandbox.story import amount_text


class Kind(StrEnum):
    """What sort of news; the value is its sign at the start of a line."""

    SENT = "→"
    RECEIVED = "←"
    STAFF = "✎"
    STRANGER = "·"
    MONEY = "€"
    WITHDRAWN = "⊘"
    KEPT = "✓"
    BROKEN = "✗"
    TASK = "☎"
    ALERT = "!"


@dataclass(frozen=True, slots=True)
class News:
    """One thing that happened."""

    at: datetime
    kind: Kind
    customer: str  # reference; empty when it is about nobody
    headline: str
    brief: str  # the same for a narrow column
    quote: str = ""  # the customer's words
    whose: str = ""  # the strongest sign of which customer and invoice it is about
    effects: tuple[str, ...] = ()
    sure: float = 0.0  # 0..1, of what was understood


_INTENTS = {  # long, brief
    "paid": ("says it is paid", "says paid"),
    "promise_to_pay": ("promises to pay", "promises"),
    "payment_plan_request": ("asks for instalments", "instalments?"),
    "dispute": ("contests the invoice", "contests"),
    "invoice_copy_request": ("wants the invoice again", "copy, please"),
    "wrong_contact": ("is no longer the right contact", "has left"),
    "question": ("asks a question", "question"),
    "out_of_office": ("is out of office", "absent"),
    "auto_ack": ("automatic receipt", "receipt"),
    "insolvency": ("is insolvent", "insolvent"),
    "objection": ("objects", "objects"),
    "remittance_advice": ("announces a payment", "remittance"),
    "other": ("writes", "writes"),
    "bounce": ("cannot be reached there", "bounced"),
}

_HOLDS = {
    "reply": "he wrote",
    "not_understood": "to be read",
    "payment_claim": "claim to verify",
    "promise": "promise",
    "payment_plan": "instalments",
    "dispute": "dispute",
    "out_of_office": "absence",
    "human_talk": "Claire took over",
    "insolvency": "insolvency",
    "bounced": "no address left",
    "staff_order": "ordered",
}


@dataclass(slots=True)
class Newsroom:
    """Reads the journal in order; remembers only what one item needs."""

    zone: ZoneInfo
    customer_of: dict[str, str] = field(default_factory=dict)  # invoice -> customer
    _effects: dict[str, list[str]] = field(default_factory=dict)  # cause -> effects so far
    _reminders: dict[tuple[str, str, int], tuple[str, ...]] = field(default_factory=dict)

    def tell(self, entry: Entry) -> News | None:
        """The news in an entry; None when it is none, or part of news to come."""
        tellers: dict[str, Callable[[Entry, Any], News | None]] = {
            "invoice.imported": self._imported,
            "reminder.queued": self._queued,
            "reminder.sent": self._sent,
            "reminder.cancelled": self._dropped,
            "reminder.refused": self._dropped,
            "reminder.in_doubt": self._alert,
            "sending.paused": self._alert,
            "payment.recorded": self._money,
            "credit_note.recorded": self._money,
            "promise.kept": self._promise,
            "promise.broken": self._promise,
            "hold.placed": self._collect,
            "promise.recorded": self._collect,
            "address.suppressed": self._collect,
            "mail.filed": self._mail,
        }
        teller = tellers.get(entry.event)
        return teller(entry, entry.data) if teller else None

    def _imported(self, _entry: Entry, data: Any) -> None:
        self.customer_of[data["number"]] = data["customer"]

    def _sent(self, entry: Entry, data: Any) -> News:
        invoices = self._reminders.get(_key(data), ())
        told = f"{step_name(data['step'])} about {_list(invoices)}"
        return News(entry.at, Kind.SENT, data["customer"], told, data["step"].upper())

    def _dropped(self, entry: Entry, data: Any) -> News | None:
        if entry.cause.kind is CauseKind.MAIL:
            effects = self._effects.setdefault(entry.cause.ref, [])
            effects.insert(0, f"{step_name(data['step'])} withdrawn before it left")
            return None
        told = f"{step_name(data['step'])} withdrawn: {data['reason']}"
        brief = f"{data['step'].upper()} withdrawn"
        return News(entry.at, Kind.WITHDRAWN, data["customer"], told, brief)

    def _money(self, entry: Entry, data: Any) -> News:
        what = "" if entry.event == "payment.recorded" else "credit note "
        amount = amount_text(data["amount"])
        told = f"{what}{amount} € for {data['invoice']}"
        return News(entry.at, Kind.MONEY, self.customer_of[data["invoice"]], told, amount)

    def _alert(self, entry: Entry, data: Any) -> News:
        told = data.get("reason") or "it is not known whether a mail arrived"
        customer = entry.subject if entry.subject in self.customer_of.values() else ""
        return News(entry.at, Kind.ALERT, customer, told, "look here")

    def _queued(self, entry: Entry, data: Any) -> News | None:
        invoices = tuple(data["invoices"])
        self._reminders[_key(data)] = invoices
        if data["channel"] == "email":
            return None
        task = data["channel"].replace("_", "-")
        told = f"task for Claire: {task} about {_list(invoices)}"
        return News(entry.at, Kind.TASK, data["customer"], told, task)

    def _promise(self, entry: Entry, _data: Any) -> News:
        kept = entry.event == "promise.kept"
        told = "kept his promise" if kept else "did not keep his promise; the next step is due"
        customer = self.customer_of[entry.subject]
        brief = "kept his word" if kept else "broke his word"
        return News(entry.at, Kind.KEPT if kept else Kind.BROKEN, customer, told, brief)

    def _collect(self, entry: Entry, data: Any) -> None:
        if entry.cause.kind is not CauseKind.MAIL:
            return
        effects = self._effects.setdefault(entry.cause.ref, [])
        match entry.event:
            case "hold.placed" if data["reason"] == HoldReason.REPLY:
                effects.append(self._silence(data))  # the least telling comes last
            case "hold.placed":
                effects.insert(0, self._silence(data))
            case "promise.recorded":
                pay_by = date.fromisoformat(data["pay_by"])
                effects.insert(0, f"promise noted: {short_day(pay_by)}")
            case "address.suppressed":
                effects.append(f"no more mail to {data['address']}")

    def _silence(self, data: Any) -> str:
        what = f"{data['invoice']} silent" if data["invoice"] else "silent"
        end = "until Claire decides"
        if data["until"]:
            last = datetime.fromisoformat(data["until"]) - timedelta(seconds=1)
            end = f"until {short_day(last.astimezone(self.zone))}"
        return f"{what} {end} ({_HOLDS.get(data['reason'], data['reason'])})"

    def _mail(self, entry: Entry, data: Any) -> News | None:
        effects = tuple(dict.fromkeys(self._effects.pop(entry.cause.ref, [])))
        summary = data.get("summary") or {}
        role = summary.get("role", "")
        customer = entry.subject if data["filing"] != "quarantined" else ""
        customer = customer if customer in self.customer_of.values() else ""
        if role in {"own", "loop"}:
            return None
        if role.startswith("staff"):
            return News(
                entry.at, Kind.STAFF, customer, "Claire wrote personally", "Claire", effects=effects
            )
        if not customer:
            return News(entry.at, Kind.STRANGER, "", data["reason"], "")
        headline, brief, quote = "writes, and is not understood: a person reads it", "unclear", ""
        if intents := summary.get("intents") or []:
            meant = [_INTENTS.get(i["intent"], (i["intent"], i["intent"])) for i in intents[:2]]
            headline, brief = " and ".join(long for long, _ in meant), meant[0][1]
            quote = " ".join(intents[0]["quote"].split())
        sure = intents[0]["confidence"] if intents else 0.0
        whose = next(iter(summary.get("evidence") or ()), "")
        return News(entry.at, Kind.RECEIVED, customer, headline, brief, quote, whose, effects, sure)


def step_name(step: str) -> str:
    """A step as people call it."""
    return f"reminder {step.upper()}"


def short_day(day: date) -> str:
    """A day without its year, as in 20 Mar."""
    return f"{day.day} {day:%b}"


def _list(invoices: tuple[str, ...]) -> str:
    return ", ".join(invoices) or "nothing"


def _key(data: Any) -> tuple[str, str, int]:
    return data["customer"], data["step"], data["cycle"]
