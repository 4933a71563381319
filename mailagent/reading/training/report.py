"""The figures of an evaluation as a page of Markdown, the bad ones too."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from mailagent.reading.training import evaluation
from mailagent.reading.training.corpus import LANGUAGES
from mailagent.reading.training.evaluation import Read, Share

SHOWN_CONFUSIONS = 12


def report(test: Sequence[Read], traps: Sequence[Read], model: str) -> str:
    """The whole page."""
    return "\n".join(
        [
            "# How well mail is read",
            "",
            f"Written by `make evaluate` with the model `{model}`, on {len(test)} test mails and {len(traps)} traps of `corpus/`. Their",
            "writers wrote nothing that the model or the rules learned from. How mails are labelled: [labelling.md](labelling.md).",
            "",
            *_overall(test),
            *_acting(test, traps),
            *_by_intent(test),
            *_fields(test),
            *_calibration(test),
            *_confusions(test),
            *_harm(traps),
        ]
    )


def _overall(test: Sequence[Read]) -> Iterator[str]:
    yield from _head("Intents", "Mails", "First intent, macro-F1", "right", "All intents, micro-F1")
    groups = [("all", test)]
    groups += [(lang, [r for r in test if r.line.lang == lang]) for lang in LANGUAGES]
    for name, reads in groups:
        right = Share(sum(r.is_right for r in reads), len(reads))
        yield (
            f"| {name} | {len(reads)} | {evaluation.macro_f1(reads):.3f} | {right.value:.3f} "
            f"| {evaluation.all_intents(reads).f1:.3f} |"
        )
    yield ""


def _acting(test: Sequence[Read], traps: Sequence[Read]) -> Iterator[str]:
    yield from _head("Acting without a person", "Right", "Share of all mails")
    for name, reads in (("test", test), ("traps", traps)):
        right, share = evaluation.applied(reads)
        yield f"| {name} | {_of(right)} | {_of(share)} |"
    yield ""
    yield from _head("Grave intents that reach a person or are read as such", "Caught")
    for intent in evaluation.SEVERE:
        yield f"| `{intent.value}` | {_of(evaluation.caught(test, intent))} |"
    yield ""


def _by_intent(test: Sequence[Read]) -> Iterator[str]:
    yield from _head("First intent", "Mails", "Precision", "Recall", "F1")
    for intent, score in evaluation.first_intents(test).items():
        yield (
            f"| `{intent.value}` | {score.count} | {score.precision:.2f} | {score.recall:.2f} "
            f"| {score.f1:.2f} |"
        )
    yield ""


def _fields(test: Sequence[Read]) -> Iterator[str]:
    yield from _head("Field", "Exact, of the mails that say it", "Wrong, of the values given")
    for name, score in evaluation.fields(test).items():
        yield f"| `{name}` | {_of(score.exact)} | {_of(score.wrong)} |"
    yield ""


def _calibration(test: Sequence[Read]) -> Iterator[str]:
    yield f"Expected calibration error (ten bins): {evaluation.calibration_error(test):.3f}."
    yield ""
    yield from _head("Confidence said", "Right", "Mails")
    for said, right, count in evaluation.calibration(test):
        yield f"| {said:.2f} | {right:.2f} | {count} |"
    yield ""


def _confusions(test: Sequence[Read]) -> Iterator[str]:
    yield from _head("Was", "was read as", "Mails")
    for was, read_as, count in evaluation.confusions(test)[:SHOWN_CONFUSIONS]:
        yield f"| `{was.value}` | `{read_as.value}` | {count} |"
    yield ""


def _harm(traps: Sequence[Read]) -> Iterator[str]:
    yield from _head("Trap where the automatic step would be wrong", "was", "was read as")
    for read in evaluation.wrongly_applied(traps):
        yield f"| {read.line.where} ({read.line.family}) | `{read.line.first.value}` | `{read.first.value}` |"
    yield ""


def _head(*columns: str) -> Iterator[str]:
    yield f"| {' | '.join(columns)} |"
    yield f"|---{'|---:' * (len(columns) - 1)}|"


def _of(share: Share) -> str:
    return f"{share.part} of {share.whole} ({share.value:.3f})"
