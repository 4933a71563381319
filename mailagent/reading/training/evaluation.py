"""How well mail is read: the figures of a set of labelled mails. Pure; the same for rules and for models."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from mailagent.core.mail import Fields, Intent, Reading, Verdict
from mailagent.reading.training.corpus import INTENTS, Line

SEVERE = (Intent.INSOLVENCY, Intent.OBJECTION, Intent.DISPUTE)
BINS = 10
_SAID = 0.5  # an intent with less confidence is a suspicion, not a statement


@dataclass(frozen=True, slots=True)
class Read:
    """One labelled mail and what was read in it."""

    line: Line
    reading: Reading

    @property
    def first(self) -> Intent:
        return self.reading.intents[0].intent if self.reading.intents else Intent.OTHER

    @property
    def is_right(self) -> bool:
        return self.first is self.line.first

    @property
    def is_applied(self) -> bool:
        return self.reading.decision is Verdict.APPLY


@dataclass(frozen=True, slots=True)
class Score:
    """Precision, recall and their harmonic mean; `count` is how many mails carry the label."""

    precision: float
    recall: float
    f1: float
    count: int


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        return self.part / self.whole if self.whole else 0.0


def first_intents(reads: Sequence[Read]) -> dict[Intent, Score]:
    """Each intent as the first of a mail."""
    return {
        intent: _score(
            hits=sum(r.is_right for r in reads if r.first is intent),
            found=sum(r.first is intent for r in reads),
            there=sum(r.line.first is intent for r in reads),
        )
        for intent in INTENTS
    }


def macro_f1(reads: Sequence[Read]) -> float:
    """The mean F1 of the first intents that occur."""
    scores = [s.f1 for s in first_intents(reads).values() if s.count]
    return sum(scores) / len(scores) if scores else 0.0


def all_intents(reads: Sequence[Read]) -> Score:
    """Micro-averaged over every intent of every mail."""
    hits = found = there = 0
    for read in reads:
        said = {s.intent for s in read.line.said}
        heard = {i.intent for i in read.reading.intents if i.confidence >= _SAID} or {read.first}
        hits += len(said & heard)
        found += len(heard)
        there += len(said)
    return _score(hits, found, there)


def caught(reads: Sequence[Read], intent: Intent) -> Share:
    """Mails with a grave intent that reach a person or are read as such."""
    grave = [r for r in reads if any(s.intent is intent for s in r.line.said)]
    safe = [
        r for r in grave if not r.is_applied or any(i.intent is intent for i in r.reading.intents)
    ]
    return Share(len(safe), len(grave))


def applied(reads: Sequence[Read]) -> tuple[Share, Share]:
    """(right among the applied, applied among all)."""
    done = [r for r in reads if r.is_applied]
    return Share(sum(r.is_right for r in done), len(done)), Share(len(done), len(reads))


def wrongly_applied(reads: Sequence[Read]) -> list[Read]:
    """The mails whose automatic step would have been wrong."""
    return [r for r in reads if r.is_applied and not r.is_right]


def calibration(reads: Sequence[Read]) -> list[tuple[float, float, int]]:
    """For each tenth of confidence: mean confidence, share that was right, how many."""
    bins: defaultdict[int, list[Read]] = defaultdict(list)
    for read in reads:
        bins[min(BINS - 1, int(_confidence(read) * BINS))].append(read)
    return [
        (
            sum(map(_confidence, found)) / len(found),
            sum(r.is_right for r in found) / len(found),
            len(found),
        )
        for _, found in sorted(bins.items())
    ]


def calibration_error(reads: Sequence[Read]) -> float:
    """Expected calibration error in ten bins."""
    return sum(abs(said - right) * count for said, right, count in calibration(reads)) / len(reads)


def confusions(reads: Iterable[Read]) -> list[tuple[Intent, Intent, int]]:
    """(was, was read as, how often), the commonest first."""
    found = Counter((r.line.first, r.first) for r in reads if not r.is_right)
    return [(was, read_as, count) for (was, read_as), count in found.most_common()]


@dataclass(frozen=True, slots=True)
class FieldScore:
    """`exact` of the mails that say it; `wrong` of the values that were given."""

    exact: Share
    wrong: Share


def fields(reads: Sequence[Read]) -> dict[str, FieldScore]:
    """Dates, amounts, instalments and invoice numbers against their labels."""
    return {name: _field(reads, name, value) for name, value in _VALUES.items()}


def _field(reads: Sequence[Read], name: str, value: Callable[[Fields], object]) -> FieldScore:
    labelled = [(_labelled(r.line, name), value(r.reading.fields)) for r in reads]
    there = [(wanted, given) for wanted, given in labelled if wanted]
    # A mail without labelled fields says nothing of what must not be given.
    given = [
        (wanted, got)
        for (wanted, got), r in zip(labelled, reads, strict=True)
        if got and (r.line.fields or wanted)
    ]
    return FieldScore(
        Share(sum(wanted == got for wanted, got in there), len(there)),
        Share(sum(wanted != got for wanted, got in given), len(given)),
    )


def _labelled(line: Line, name: str) -> object:
    if name == "invoices":
        return frozenset(number for said in line.said for number in said.invoices)
    if name == "instalments":
        return (line.fields.get("instalments") or {}).get("count")
    return line.fields.get(name)


_VALUES: dict[str, Callable[[Fields], object]] = {
    "paid_date": lambda f: f.paid_date,
    "promised_date": lambda f: f.promised_date,
    "return_date": lambda f: f.return_date,
    "amount": lambda f: f.amount,
    "instalments": lambda f: f.instalments.count if f.instalments else None,
    "invoices": lambda f: frozenset(f.invoice_numbers),
}


def _confidence(read: Read) -> float:
    return read.reading.intents[0].confidence if read.reading.intents else 0.0


def _score(hits: int, found: int, there: int) -> Score:
    precision = hits / found if found else 0.0
    recall = hits / there if there else 0.0
    both = precision + recall
    return Score(precision, recall, 2 * precision * recall / both if both else 0.0, there)
