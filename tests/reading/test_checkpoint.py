"""The pretrained weights are read as the format stores them."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from mailagent.reading.pieces import UNKNOWN
from mailagent.reading.training.checkpoint import Checkpoint, read_checkpoint
from mailagent.reading.training.vocabulary import kept_pieces, kept_rows

NAMES = ["<s>", "<pad>", "</s>", "<unk>", "▁la", "я", "▁日", "é", "9", "٣", "€", "▁1990年"]
SCORES = [0.0, 0.0, 0.0, 0.0, -5.0, -1.0, -1.0, -6.0, -2.0, -1.0, -4.0, -1.0]


def packed(weights: np.ndarray) -> bytes:
    """32 weights a block: a half-precision scale, then nibbles, the low ones first."""
    blocks = b""
    for block in weights.reshape(-1, 32):
        nibbles = (block + 8).astype(np.uint8)
        blocks += np.float16(0.5).tobytes() + bytes(nibbles[:16] | nibbles[16:] << 4)
    return blocks


def file_of(path: Path, tensors: dict[str, bytes]) -> Path:
    blob = "".join(NAMES).encode()
    bounds = np.cumsum([0, *(len(name.encode()) for name in NAMES)]).astype("<u4")
    head = b"E5S1" + struct.pack("<I", 1)
    head += struct.pack("<7i", 32, 2, 4, 64, len(NAMES), 16, 2) + struct.pack("<fi", 1e-12, 32)
    head += struct.pack("<5i", len(NAMES), 0, 2, 1, 3) + struct.pack("<Q", len(blob))
    head += bounds.tobytes() + np.array(SCORES, "<f4").tobytes() + blob
    head += struct.pack("<iI", 0, 3) + b"xyz"  # a normalisation map that nobody needs
    head += struct.pack("<i", len(tensors))
    size = len(head) + sum(2 + len(name) + 1 + 4 + 16 for name in tensors)
    directory, body = b"", b""
    for name, content in tensors.items():
        directory += struct.pack("<H", len(name)) + name.encode()
        directory += struct.pack("<BIQQ", 0, 0, size + len(body), len(content))
        body += content
    path.write_bytes(head + directory + body)
    return path


@pytest.fixture
def checkpoint(tmp_path: Path) -> Checkpoint:
    tensors = {
        "matrix": packed(np.arange(64) % 16 - 8.0),
        "bias": np.array([1.5, -2.0], "<f4").tobytes(),
    }
    return read_checkpoint(file_of(tmp_path / "model.bin", tensors))


def test_pieces_and_dimensions(checkpoint: Checkpoint) -> None:
    assert checkpoint.pieces == tuple(NAMES)
    assert (checkpoint.shape.hidden, checkpoint.shape.layers, checkpoint.shape.heads) == (32, 2, 4)


def test_blocks_of_nibbles_and_plain_floats(checkpoint: Checkpoint) -> None:
    assert (checkpoint.tensor("matrix", 2, 32) == (np.arange(64) % 16 - 8).reshape(2, 32) / 2).all()
    assert checkpoint.tensor("bias", 2).tolist() == [1.5, -2.0]


def test_another_shape_or_name_is_refused(checkpoint: Checkpoint) -> None:
    with pytest.raises(ValueError, match="matrix does not have the shape"):
        checkpoint.tensor("matrix", 2, 64)
    with pytest.raises(KeyError):
        checkpoint.tensor("nothing", 1)


def test_another_kind_of_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"GGUF" + b"\0" * 100)
    with pytest.raises(ValueError, match="no E5S1 file"):
        read_checkpoint(tmp_path / "x")


def test_the_likeliest_latin_pieces_are_kept(checkpoint: Checkpoint) -> None:
    rows = kept_rows(checkpoint, UNKNOWN + 1 + 3)
    assert [NAMES[row] for row in rows] == ["<s>", "<pad>", "</s>", "<unk>", "9", "€", "▁la"]
    assert [p.number for p in kept_pieces(checkpoint, rows).split("la 9€")] == [6, UNKNOWN, 4, 5]
