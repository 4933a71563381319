"""Fine-tuning: the whole encoder but its word table, on labelled mail. One core is enough; more make it faster."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from mailagent.reading.training.corpus import INTENTS
from mailagent.reading.training.examples import UNLABELLED, Example
from mailagent.reading.training.network import Network

PADDING = 1


@dataclass(frozen=True, slots=True)
class Recipe:
    """The settings of a training run; they are written into the model's manifest."""

    epochs: int = 5
    batch: int = 16
    encoder_rate: float = 1e-4  # 3e-5 was too low to reach the linear baseline in as many epochs
    head_rate: float = 1e-3
    smoothing: float = 0.05
    said_weight: float = 4.0
    words_weight: float = 0.5
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Batch:
    """Examples of similar length, padded."""

    ids: Tensor
    seen: Tensor
    first: Tensor
    said: Tensor
    words: Tensor


def fit(
    network: Network, examples: Sequence[Example], recipe: Recipe, tell: Callable[[str], None]
) -> None:
    """Train in place. The same seed, examples and versions give the same weights on one thread."""
    torch.manual_seed(recipe.seed)
    shuffler = random.Random(recipe.seed)  # noqa: S311 - the order of examples is no secret
    optimiser, schedule = _optimiser(network, recipe, steps=_steps(examples, recipe))
    network.train()
    for epoch in range(recipe.epochs):
        total, count = 0.0, 0
        for chosen in batches(examples, recipe.batch, shuffler):
            loss = _loss(network, collate(chosen), recipe)
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 1.0)
            optimiser.step()
            schedule.step()
            total, count = total + loss.item(), count + 1
        tell(f"epoch {epoch + 1} of {recipe.epochs}: loss {total / count:.3f}")
    network.eval()


def batches(
    examples: Sequence[Example], size: int, shuffler: random.Random
) -> Iterator[list[Example]]:
    """All examples once, in random order, with those of similar length together."""
    order = list(examples)
    shuffler.shuffle(order)
    found = []
    for start in range(0, len(order), 20 * size):
        near = sorted(order[start : start + 20 * size], key=lambda e: len(e.ids))
        found += [near[at : at + size] for at in range(0, len(near), size)]
    shuffler.shuffle(found)
    yield from found


def collate(examples: Sequence[Example]) -> Batch:
    """Examples as tensors."""
    rows, length = len(examples), max(len(e.ids) for e in examples)
    ids = torch.full((rows, length), PADDING)
    words = torch.full((rows, length), UNLABELLED)
    said = torch.zeros(rows, len(INTENTS))
    for row, example in enumerate(examples):
        ids[row, : len(example.ids)] = torch.tensor(example.ids)
        words[row, : len(example.words)] = torch.tensor(example.words)
        said[row, list(example.said)] = 1
    seen = torch.arange(length)[None, :] < torch.tensor([len(e.ids) for e in examples])[:, None]
    return Batch(ids, seen, torch.tensor([e.first for e in examples]), said, words)


def _steps(examples: Sequence[Example], recipe: Recipe) -> int:
    full, rest = divmod(len(examples), 20 * recipe.batch)
    return recipe.epochs * (full * 20 + -(-rest // recipe.batch))


def _optimiser(
    network: Network, recipe: Recipe, steps: int
) -> tuple[torch.optim.Optimizer, torch.optim.lr_scheduler.LRScheduler]:
    """Slowly for what was pretrained, faster for the heads; both warm up and cool down."""
    encoder = [*network.ln.parameters(), *network.layers.parameters(), network.position]
    known = {id(parameter) for parameter in encoder}
    heads = [p for p in network.parameters() if p.requires_grad and id(p) not in known]
    optimiser = torch.optim.AdamW(
        [{"params": encoder, "lr": recipe.encoder_rate}, {"params": heads, "lr": recipe.head_rate}]
    )
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, [recipe.encoder_rate, recipe.head_rate], total_steps=steps, pct_start=0.1
    )
    return optimiser, schedule


def _loss(network: Network, batch: Batch, recipe: Recipe) -> Tensor:
    first, said, words = network(batch.ids, batch.seen)
    wanted = batch.said * (1 - recipe.smoothing) + recipe.smoothing / 2
    loss = functional.cross_entropy(
        first, batch.first, label_smoothing=recipe.smoothing
    ) + recipe.said_weight * functional.binary_cross_entropy_with_logits(said, wanted)
    if bool((batch.words != UNLABELLED).any()):
        loss = loss + recipe.words_weight * functional.cross_entropy(
            words.flatten(0, 1), batch.words.flatten(), ignore_index=UNLABELLED
        )
    return loss
