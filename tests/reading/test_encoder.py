"""A trained model is loaded as it was written, and not used when it answers differently."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailagent.core.mail import Intent
from mailagent.reading.encoder import MANIFEST, NETWORK, PIECES, Encoder
from mailagent.reading.opinion import NoModel
from mailagent.reading.pieces import MAX_PIECES, Pieces
from mailagent.reading.training.checkpoint import Shape
from mailagent.reading.training.corpus import INTENTS
from mailagent.reading.training.files import write_files
from mailagent.reading.training.graph import build_graph

SHAPE = Shape(hidden=8, layers=2, heads=2, inner=16, vocabulary=7, positions=0, token_types=0)
WORDS = ["<s>", "<pad>", "</s>", "<unk>", "▁", "a", "é"]
TEMPERATURES = {group: {"first": 1.0, "said": 1.0} for group in ("fr", "en", "other")}
GOLDEN = [("Re: a", "a é a"), ("", "é")]


def weights() -> dict[str, np.ndarray]:
    """A small network of any weights, by the names that training gives them."""
    draw = np.random.default_rng(1)

    def matrix(*shape: int) -> np.ndarray:
        return draw.normal(size=shape).astype(np.float32)

    hidden, inner, intents = SHAPE.hidden, SHAPE.inner, len(INTENTS)
    found = {"word.weight": matrix(len(WORDS), hidden), "position": matrix(MAX_PIECES, hidden)}
    linear = {
        "first": (intents, 2 * hidden),
        "looks": (intents, hidden),
        "words": (intents + 1, hidden),
    }
    norms = ["ln"]
    for layer in range(SHAPE.layers):
        name = f"layers.{layer}."
        linear |= {name + part: (hidden, hidden) for part in ("q", "k", "v", "ao")}
        linear |= {name + "fi": (inner, hidden), name + "fo": (hidden, inner)}
        norms += [name + "aln", name + "oln"]
    for name, shape in linear.items():
        found |= {f"{name}.weight": matrix(*shape), f"{name}.bias": matrix(shape[0])}
    for name in norms:
        found |= {f"{name}.weight": matrix(hidden), f"{name}.bias": matrix(hidden)}
    return found | {"said": matrix(intents, hidden), "said_bias": matrix(intents)}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """A model, as training writes it."""
    graph = build_graph(weights(), SHAPE)
    pieces = Pieces(WORDS, [0.0] * 4 + [-1.0] * 3)
    write_files(tmp_path / "model", graph, pieces, {"version": "tiny"}, TEMPERATURES, GOLDEN)
    return tmp_path / "model"


def change(folder: Path, **values: object) -> None:
    manifest = json.loads((folder / MANIFEST).read_text())
    (folder / MANIFEST).write_text(json.dumps(manifest | values))


def test_it_forms_opinions(folder: Path) -> None:
    model = Encoder(folder)

    found = model.read("Re: a", "a é\na", "fr")

    assert model.version == "tiny"
    assert list(found.first) == list(found.said) == list(INTENTS)
    assert sum(found.first.values()) == pytest.approx(1, abs=1e-5)
    assert all(0 <= p <= 1 for p in found.said.values())


def test_a_temperature_cools_every_answer(folder: Path) -> None:
    plain = Encoder(folder).read("", "a é", "de").first
    change(folder, temperatures=TEMPERATURES | {"other": {"first": 3.0, "said": 3.0}})

    cooled = Encoder(folder).read("", "a é", "de").first

    assert max(cooled, key=cooled.__getitem__) is max(plain, key=plain.__getitem__)
    assert max(cooled.values()) < max(plain.values())


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(subject=st.text(max_size=30), text=st.text(max_size=400))
def test_no_text_is_too_odd(folder: Path, subject: str, text: str) -> None:
    found = Encoder(folder).read(subject, text, "")
    for spans in found.spans.values():
        assert all(0 <= start <= end <= len(text) for start, end in spans)


def test_a_megabyte_is_read_by_its_beginning(folder: Path) -> None:
    model = Encoder(folder)
    assert model.read("", "a é " * 300_000, "fr") == model.read("", "a é " * 3_000, "fr")


@pytest.mark.parametrize("name", [NETWORK, PIECES, MANIFEST])
def test_a_missing_file_is_told(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(NoModel, match=name):
        Encoder(folder)


@pytest.mark.parametrize("name", [NETWORK, PIECES])
def test_a_changed_file_is_told(folder: Path, name: str) -> None:
    raw = (folder / name).read_bytes()
    (folder / name).write_bytes(raw[:-10] + bytes(10))
    with pytest.raises(NoModel, match=f"{name} is not the file"):
        Encoder(folder)


@pytest.mark.parametrize("damage", ["", "{", "[]", "{}"])
def test_a_damaged_manifest_is_told(folder: Path, damage: str) -> None:
    (folder / MANIFEST).write_text(damage)
    with pytest.raises(NoModel, match="cannot be loaded"):
        Encoder(folder)


def test_another_answer_to_a_golden_mail_is_told(folder: Path) -> None:
    golden = json.loads((folder / MANIFEST).read_text())["golden"]
    golden[0]["first"] = golden[0]["first"][::-1]
    change(folder, golden=golden)
    with pytest.raises(NoModel, match="golden"):
        Encoder(folder)


def test_an_intent_that_nobody_knows_is_told(folder: Path) -> None:
    change(folder, intents=[*(i.value for i in Intent if i in INTENTS), "rich"])
    with pytest.raises(NoModel, match="rich"):
        Encoder(folder)
