"""The trained network as an ONNX graph: one mail at a time, weights in 8 bits.

Written node by node rather than traced: the file then depends on the weights alone. Each matrix is stored as
int8 with one scale per output (each row of the word table likewise); the runtime computes in floats.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import onnx
from onnx import TensorProto, helper, numpy_helper

from mailagent.reading.training.checkpoint import Array, Shape
from mailagent.reading.training.corpus import INTENTS

OPSET, IR_VERSION = 20, 9
_EPSILON = 1e-12


def build_graph(weights: Mapping[str, Array], shape: Shape) -> onnx.ModelProto:
    """`ids` (tokens) in; `first` and `said` (intents), `words` (tokens x intents + 1) out, all logits."""
    graph = _Graph(weights)
    x = _embedded(graph)
    for number in range(shape.layers):
        x = _layer(graph, x, f"layers.{number}.", shape)
    outputs = {"first": _first(graph, x), "said": _said(graph, x), "words": graph.dense(x, "words")}
    for name, value in outputs.items():
        graph.nodes.append(helper.make_node("Identity", [value], [name]))
    intents = len(INTENTS)
    made = helper.make_graph(
        graph.nodes,
        "reader",
        [helper.make_tensor_value_info("ids", TensorProto.INT64, ["tokens"])],
        [
            helper.make_tensor_value_info("first", TensorProto.FLOAT, [intents]),
            helper.make_tensor_value_info("said", TensorProto.FLOAT, [intents]),
            helper.make_tensor_value_info("words", TensorProto.FLOAT, ["tokens", intents + 1]),
        ],
        graph.constants,
    )
    model = helper.make_model(
        made, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION
    )
    onnx.checker.check_model(model)
    return model


def _embedded(graph: _Graph) -> str:
    words = graph.weights["word.weight"]
    scales = _scales(words, axis=1)
    rows = graph.node("Gather", graph.constant(_rounded(words, scales)), "ids")
    x = graph.node(
        "Mul",
        graph.node("Cast", rows, to=TensorProto.FLOAT),
        graph.node("Gather", graph.constant(scales), "ids"),
    )
    places = graph.node(
        "Slice",
        graph.constant(graph.weights["position"]),
        graph.integers(0),
        graph.node("Shape", "ids"),
        graph.integers(0),
    )
    return graph.normalised(graph.node("Add", x, places), "ln")


def _layer(graph: _Graph, x: str, name: str, shape: Shape) -> str:
    size = shape.hidden // shape.heads

    def by_head(part: str, order: list[int]) -> str:
        split = graph.node(
            "Reshape", graph.linear(x, name + part), graph.integers(-1, shape.heads, size)
        )
        return graph.node("Transpose", split, perm=order)

    looks = graph.node("MatMul", by_head("q", [1, 0, 2]), by_head("k", [1, 2, 0]))
    looks = graph.node("Mul", looks, graph.constant(np.array(size**-0.5, np.float32)))
    found = graph.node("MatMul", graph.node("Softmax", looks, axis=-1), by_head("v", [1, 0, 2]))
    found = graph.node("Transpose", found, perm=[1, 0, 2])
    found = graph.node("Reshape", found, graph.integers(-1, shape.hidden))
    x = graph.normalised(graph.node("Add", x, graph.linear(found, name + "ao")), name + "aln")
    inner = graph.node("Gelu", graph.linear(x, name + "fi"))
    return graph.normalised(graph.node("Add", x, graph.linear(inner, name + "fo")), name + "oln")


def _first(graph: _Graph, x: str) -> str:
    mean = graph.node("ReduceMean", x, graph.integers(0), keepdims=1)
    start = graph.node("Slice", x, graph.integers(0), graph.integers(1), graph.integers(0))
    both = graph.node("Concat", mean, start, axis=1)
    return graph.node("Squeeze", graph.dense(both, "first"), graph.integers(0))


def _said(graph: _Graph, x: str) -> str:
    looks = graph.node("Softmax", graph.dense(x, "looks"), axis=0)
    views = graph.node("MatMul", graph.node("Transpose", looks, perm=[1, 0]), x)
    products = graph.node("Mul", views, graph.constant(graph.weights["said"]))
    sums = graph.node("ReduceSum", products, graph.integers(-1), keepdims=0)
    return graph.node("Add", sums, graph.constant(graph.weights["said_bias"]))


class _Graph:
    """Nodes and constants as they are added; every value has a name."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        self.weights = weights
        self.nodes: list[onnx.NodeProto] = []
        self.constants: list[onnx.TensorProto] = []
        self._names = 0

    def node(self, kind: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, list(inputs), [self._name()], **attributes))
        return str(self.nodes[-1].output[0])

    def constant(self, value: npt.NDArray[Any]) -> str:
        self.constants.append(numpy_helper.from_array(np.ascontiguousarray(value), self._name()))
        return self.constants[-1].name

    def integers(self, *values: int) -> str:
        return self.constant(np.array(values, np.int64))

    def linear(self, x: str, name: str) -> str:
        """A matrix in 8 bits, one scale per output."""
        matrix = self.weights[f"{name}.weight"].T
        scales = _scales(matrix, axis=0)
        stored = self.node(
            "DequantizeLinear",
            self.constant(_rounded(matrix, scales)),
            self.constant(scales[0]),
            self.constant(np.zeros(matrix.shape[1], np.int8)),
            axis=1,
        )
        return self._plus_bias(self.node("MatMul", x, stored), name)

    def dense(self, x: str, name: str) -> str:
        """A small matrix in floats: the heads."""
        product = self.node("MatMul", x, self.constant(self.weights[f"{name}.weight"].T))
        return self._plus_bias(product, name)

    def normalised(self, x: str, name: str) -> str:
        scale, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        return self.node(
            "LayerNormalization",
            x,
            self.constant(scale),
            self.constant(bias),
            axis=-1,
            epsilon=_EPSILON,
        )

    def _plus_bias(self, x: str, name: str) -> str:
        return self.node("Add", x, self.constant(self.weights[f"{name}.bias"]))

    def _name(self) -> str:
        self._names += 1
        return f"v{self._names}"


def _scales(matrix: Array, axis: int) -> Array:
    scales = np.abs(matrix).max(axis=axis, keepdims=True) / 127
    scales[scales == 0] = 1
    return np.asarray(scales, np.float32)


def _rounded(matrix: Array, scales: Array) -> npt.NDArray[np.int8]:
    return np.round(matrix / scales).astype(np.int8)
