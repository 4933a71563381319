"""The files of a model, as `mailagent.reading.encoder` loads them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime

from mailagent.reading.encoder import MANIFEST, NETWORK, PIECES
from mailagent.reading.pieces import Pieces
from mailagent.reading.training.corpus import INTENTS


def write_files(
    folder: Path,
    graph: onnx.ModelProto,
    pieces: Pieces,
    about: Mapping[str, Any],
    temperatures: Mapping[str, Mapping[str, float]],
    golden: Sequence[tuple[str, str]],
) -> None:
    """Network, pieces and manifest. `golden`: (subject, text) of mails that every installation must answer alike."""
    folder.mkdir(parents=True, exist_ok=True)
    onnx.save(graph, str(folder / NETWORK))
    pieces.save(folder / PIECES)
    manifest = {
        **about,
        "intents": [intent.value for intent in INTENTS],
        "temperatures": temperatures,
        "sha256": {name: _digest(folder / name) for name in (NETWORK, PIECES)},
        "golden": _answered(folder, golden),
    }
    (folder / MANIFEST).write_text(json.dumps(manifest, indent=1, ensure_ascii=False) + "\n")


def _answered(folder: Path, mails: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    """What the stored network answers here."""
    session = onnxruntime.InferenceSession(folder / NETWORK, providers=["CPUExecutionProvider"])
    pieces = Pieces.load(folder / PIECES)
    found = []
    for subject, text in mails:
        first, *_ = session.run(None, {"ids": np.array(pieces.input(subject, text).numbers)})
        powers = np.exp(first - first.max())
        shares = [round(float(p), 4) for p in powers / powers.sum()]
        found.append({"subject": subject, "text": text, "first": shares})
    return found


def _digest(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()
