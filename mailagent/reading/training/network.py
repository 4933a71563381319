"""The network: a pretrained encoder with three heads, as PyTorch trains it.

`first` tells which intent one acts on, `said` which are said at all, `words` which intent each piece of a word
belongs to: the words that say it are the evidence that is shown.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

from mailagent.reading.pieces import MAX_PIECES
from mailagent.reading.training.checkpoint import Checkpoint, Shape
from mailagent.reading.training.corpus import INTENTS

DROPOUT = 0.1
EPSILON = 1e-12


class Layer(nn.Module):
    """One transformer layer (Vaswani et al. 2017), normalised after each half as BERT is."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.heads = shape.heads
        self.q = nn.Linear(shape.hidden, shape.hidden)
        self.k = nn.Linear(shape.hidden, shape.hidden)
        self.v = nn.Linear(shape.hidden, shape.hidden)
        self.ao = nn.Linear(shape.hidden, shape.hidden)
        self.aln = nn.LayerNorm(shape.hidden, EPSILON)
        self.fi = nn.Linear(shape.hidden, shape.inner)
        self.fo = nn.Linear(shape.inner, shape.hidden)
        self.oln = nn.LayerNorm(shape.hidden, EPSILON)

    def forward(self, x: Tensor, seen: Tensor) -> Tensor:
        """`x` is batch x tokens x hidden; `seen` is True where a token may be attended to."""
        drop = DROPOUT if self.training else 0.0
        q, k, v = (self._by_head(project(x)) for project in (self.q, self.k, self.v))
        found = functional.scaled_dot_product_attention(q, k, v, attn_mask=seen, dropout_p=drop)
        found = self.ao(found.transpose(1, 2).reshape(x.shape))
        x = self.aln(x + functional.dropout(found, drop))
        found = self.fo(functional.gelu(self.fi(x)))
        return self.oln(x + functional.dropout(found, drop))

    def _by_head(self, x: Tensor) -> Tensor:
        return x.view(*x.shape[:2], self.heads, -1).transpose(1, 2)


class Network(nn.Module):
    """Encoder and heads. The word table stays as it was pretrained: the corpus is too small to move it."""

    def __init__(self, checkpoint: Checkpoint, rows: list[int]) -> None:
        super().__init__()
        shape, intents = checkpoint.shape, len(INTENTS)
        words = checkpoint.tensor("emb.word", shape.vocabulary, shape.hidden)[rows]
        self.word = nn.Embedding.from_pretrained(torch.from_numpy(words), freeze=True)
        self.position = nn.Parameter(torch.empty(MAX_PIECES, shape.hidden))
        self.ln = nn.LayerNorm(shape.hidden, EPSILON)
        self.layers = nn.ModuleList(Layer(shape) for _ in range(shape.layers))
        self.first = nn.Linear(2 * shape.hidden, intents)
        self.looks = nn.Linear(shape.hidden, intents)  # where each intent looks for itself
        self.said = nn.Parameter(torch.randn(intents, shape.hidden) * 0.02)
        self.said_bias = nn.Parameter(torch.full((intents,), -2.0))
        self.words = nn.Linear(shape.hidden, intents + 1)  # 0: belongs to none
        self._load(checkpoint)

    def forward(self, ids: Tensor, seen: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Logits: first (batch x intents), said (batch x intents), words (batch x tokens x intents + 1)."""
        x = functional.dropout(
            self.ln(self.word(ids) + self.position[: ids.shape[1]]), DROPOUT, self.training
        )
        for layer in self.layers:
            x = layer(x, seen[:, None, None, :])
        weight = seen.unsqueeze(-1)
        mean = (x * weight).sum(1) / weight.sum(1)
        looks = self.looks(x).masked_fill(~weight, -1e4).softmax(1)
        views = torch.einsum("bti,bth->bih", looks, x)
        said = (views * self.said).sum(-1) + self.said_bias
        return self.first(torch.cat([mean, x[:, 0]], 1)), said, self.words(x)

    def _load(self, checkpoint: Checkpoint) -> None:
        shape = checkpoint.shape
        positions = checkpoint.tensor("emb.pos", shape.positions, shape.hidden)[:MAX_PIECES]
        kind = checkpoint.tensor("emb.type", shape.token_types, shape.hidden)[0]
        with torch.no_grad():
            self.position.copy_(torch.from_numpy(positions + kind))
            _fill(self.ln, checkpoint, "emb.ln")
            for number, layer in enumerate(self.layers):
                for name, part in layer.named_children():
                    _fill(part, checkpoint, f"l{number}.{name}")


def _fill(part: nn.Module, checkpoint: Checkpoint, name: str) -> None:
    for suffix, parameter in (("w", part.weight), ("b", part.bias)):
        assert isinstance(parameter, Tensor)  # what a Linear holds, for the type checker
        parameter.copy_(torch.from_numpy(checkpoint.tensor(f"{name}.{suffix}", *parameter.shape)))
