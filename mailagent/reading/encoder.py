"""The trained model at work: one mail in, what it says and with which words out.

Two files in a folder: the network (ONNX) and its pieces of words, with a manifest that says what they are, how
they were calibrated, and what they must answer to the golden mails. Nothing is unpickled. When a file is missing or
changed, or an answer differs, there is no model.
"""

from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime

from mailagent.core.mail import Intent
from mailagent.reading.opinion import NoModel, Opinion
from mailagent.reading.pieces import Input, Pieces

Array = npt.NDArray[np.float32]

NETWORK, PIECES, MANIFEST = "reader.onnx", "pieces.json", "manifest.json"
MAX_CHARACTERS = 2_000  # of the new text: more than the network takes in any language
TOLERANCE = 0.02  # of a probability, between processors

_BELONGS = 0.4  # probability from which a piece of a word belongs to an intent
_GAP = 3  # pieces that may be missing inside a quote


class Encoder:
    """The loaded model; on one thread, since the worker is one of several processes."""

    def __init__(self, folder: Path) -> None:
        """Raises NoModel when a file is missing, damaged, or answers the golden mails differently."""
        try:
            self._manifest: dict[str, Any] = json.loads((folder / MANIFEST).read_text())
            for name, digest in self._manifest["sha256"].items():
                if hashlib.sha256((folder / name).read_bytes()).hexdigest() != digest:
                    raise NoModel(f"{name} is not the file that the manifest describes")
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = options.inter_op_num_threads = 1
            self._session = onnxruntime.InferenceSession(
                folder / NETWORK, options, providers=["CPUExecutionProvider"]
            )
            self._pieces = Pieces.load(folder / PIECES)
            self._intents = [Intent(name) for name in self._manifest["intents"]]
        except (OSError, ValueError, KeyError, TypeError, RuntimeError) as error:
            raise NoModel(f"the reading model cannot be loaded: {error}") from error
        self._check_golden_mails()

    @property
    def version(self) -> str:
        return str(self._manifest["version"])

    def read(self, subject: str, text: str, language: str) -> Opinion:
        """What a mail says. `text` is the new text only, `language` of it ("" when unknown)."""
        first, said, words, read = self._run(subject, text)
        cooled = self._manifest["temperatures"].get(
            language, self._manifest["temperatures"]["other"]
        )
        return Opinion(
            first=self._named(_softmax(first / cooled["first"])),
            said=self._named(1 / (1 + np.exp(-said / cooled["said"]))),
            spans={
                intent: _spans(read, words[:, 1 + place])
                for place, intent in enumerate(self._intents)
            },
        )

    def _run(self, subject: str, text: str) -> tuple[Array, Array, Array, Input]:
        read = self._pieces.input(subject, text[:MAX_CHARACTERS])
        first, said, words = self._session.run(None, {"ids": np.array(read.numbers)})
        return first, said, _softmax(words), read

    def _named(self, values: Array) -> dict[Intent, float]:
        return {i: float(v) for i, v in zip(self._intents, values, strict=True)}

    def _check_golden_mails(self) -> None:
        for mail in self._manifest["golden"]:
            first, *_ = self._run(mail["subject"], mail["text"])
            if np.abs(_softmax(first) - np.array(mail["first"])).max() > TOLERANCE:
                raise NoModel(
                    "the reading model does not answer a golden mail as it was trained to"
                )


def _softmax(logits: Array) -> Array:
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True), np.float32)


def _spans(read: Input, belongs: Array) -> tuple[tuple[int, int], ...]:
    """The runs of words of the text that probably say an intent, the surest first."""
    ours = belongs[read.first_of_text : read.first_of_text + len(read.text)]
    enough = min(_BELONGS, ours.max(initial=0.0) / 2)  # the best words of a faint statement
    runs: list[tuple[float, int, int, int]] = []  # probability, last piece, start, end
    for place, (piece, probability) in enumerate(zip(read.text, ours.tolist(), strict=True)):
        if probability < enough:
            continue
        if runs and place - runs[-1][1] <= _GAP:
            best, _, start, _ = runs.pop()
            runs.append((max(best, probability), place, start, piece.end))
        else:
            runs.append((probability, place, piece.start, piece.end))
    return tuple((start, end) for _, _, start, end in sorted(runs, key=lambda run: -run[0]))
