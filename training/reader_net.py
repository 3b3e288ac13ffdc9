"""The reader's network in torch, as it is trained; `qa/reader.py` computes the same in numpy.

A question is read by a recurrence in both directions. Each character of a text is joined with what it is likest to in
the question, read by more of them, and the scores of all spans follow from those of their two ends together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from qa.reading import KINDS, QUESTION_FEATURES, TAGS, TEXT_FEATURES


@dataclass(frozen=True)
class Shape:
    """Sizes of the network; `longest` is the longest answer in characters, `blind` are features of a text that are left
    out."""

    width: int = 128
    question: int = 128
    align: int = 64
    pair: int = 32
    layers: int = 3
    tag: int = 12
    kind: int = 12
    longest: int = 128
    heads: int = 1
    own: int = 48
    dropout: float = 0.2
    embedded: float = 0.3
    features: float = 0.05
    blind: tuple[int, ...] = ()


@dataclass(slots=True)
class Batch:
    """Padded arrays: questions (B, Q), windows (N, T); `owner` the question of each window, `gold` (start, length - 1) or -1,
    `sentence` the bounds of the sentence that the answer begins in."""

    asked: tuple[Tensor, Tensor, Tensor, Tensor]
    asked_mask: Tensor
    kinds: Tensor
    seen: tuple[Tensor, Tensor, Tensor, Tensor]
    mask: Tensor
    owner: Tensor
    gold: Tensor
    sentence: Tensor


class Recurrence(torch.autograd.Function):
    """c[t] = keep[t] * c[t-1] + new[t] over the first axis, or from its end; numpy's loop has the least overhead."""

    @staticmethod
    def forward(ctx: Any, keep: Tensor, new: Tensor, backwards: bool) -> Tensor:
        state = torch.empty_like(new)
        k, n, c = keep.numpy(), new.numpy(), state.numpy()
        steps = range(len(n) - 1, -1, -1) if backwards else range(len(n))
        last: NDArray[Any] | None = None
        for t in steps:
            here = c[t]
            if last is None:
                here[...] = n[t]
            else:
                np.multiply(k[t], last, out=here)
                np.add(here, n[t], out=here)
            last = here
        ctx.save_for_backward(keep, state)
        ctx.backwards = backwards
        return state

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, Tensor, None]:
        keep, state = ctx.saved_tensors
        flow = grads[0].contiguous().clone()
        k, d = keep.numpy(), flow.numpy()
        count = len(d)
        spare = np.empty_like(d[0])
        if ctx.backwards:
            for t in range(1, count):
                np.multiply(k[t - 1], d[t - 1], out=spare)
                np.add(d[t], spare, out=d[t])
        else:
            for t in range(count - 2, -1, -1):
                np.multiply(k[t + 1], d[t + 1], out=spare)
                np.add(d[t], spare, out=d[t])
        kept = torch.zeros_like(keep)
        if ctx.backwards:
            torch.mul(flow[:-1], state[1:], out=kept[:-1])
        else:
            torch.mul(flow[1:], state[:-1], out=kept[1:])
        return kept, flow, None


class Shared(nn.Module):
    """Dropout that leaves out the same numbers all along a text."""

    def __init__(self, rate: float) -> None:
        super().__init__()
        self.rate = rate

    def forward(self, x: Tensor) -> Tensor:
        if not self.training or not self.rate:
            return x
        kept = torch.rand(x.shape[0], 1, x.shape[2]) >= self.rate
        return x * (kept.to(x.dtype) / (1 - self.rate))


class Layer(nn.Module):
    """A recurrence in both directions with forget and output gates, beside its input."""

    def __init__(self, width: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.around = nn.Parameter(torch.zeros(2, width))
        self.gates = nn.Linear(width, 3 * width)
        self.drop = Shared(dropout)
        with torch.no_grad():
            self.gates.bias[width : 2 * width] = torch.linspace(-1, 3, width // 2).repeat(2)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        normal = self.drop(self.norm(x) * mask)
        before = functional.pad(normal[:, :-1], (0, 0, 1, 0))
        after = functional.pad(normal[:, 1:], (0, 0, 0, 1))
        mixed = normal + self.around[0] * before + self.around[1] * after
        new, keep, out = self.gates(mixed).float().chunk(3, 2)
        keep = torch.sigmoid(keep)
        new = (1 - keep) * new * mask
        half = x.shape[2] // 2
        keep, new = keep.transpose(0, 1), new.transpose(0, 1)
        ahead = Recurrence.apply(keep[..., :half].contiguous(), new[..., :half].contiguous(), False)
        back = Recurrence.apply(keep[..., half:].contiguous(), new[..., half:].contiguous(), True)
        state = torch.cat([ahead, back], 2).transpose(0, 1)
        return x + torch.sigmoid(out) * (state - x)


class OwnAttention(nn.Module):
    """Each position looks at the whole text."""

    def __init__(self, width: int, size: int, dropout: float) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(width)
        self.parts = nn.Linear(width, 3 * size)
        self.out = nn.Linear(size, width)
        self.drop = Shared(dropout)
        self.size = size

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        asks, keys, values = self.parts(self.drop(self.norm(x))).chunk(3, 2)
        scores = (asks @ keys.transpose(1, 2)).float() / self.size**0.5
        scores = scores.masked_fill(~mask.bool().transpose(1, 2), -1e4)
        return x + self.out(torch.softmax(scores, 2).to(values.dtype) @ values)


class Net(nn.Module):
    """Scores of spans of windows of text, above that of "not here"."""

    def __init__(self, shape: Shape, characters: Tensor, words: Tensor) -> None:
        super().__init__()
        self.shape = shape
        width, asked = shape.width, shape.question
        self.characters = nn.Embedding.from_pretrained(characters.clone(), freeze=False)
        self.register_buffer("words", words.clone())
        self.word = nn.Linear(words.shape[1], 64, bias=False)
        self.tags = nn.Embedding(TAGS, shape.tag)
        self.kinds = nn.Embedding(len(KINDS), shape.kind)
        embedded = characters.shape[1] + 64 + shape.tag
        self.ask_in = nn.Linear(embedded + QUESTION_FEATURES + shape.kind, asked)
        self.ask = nn.ModuleList(Layer(asked, shape.dropout) for _ in range(2))
        self.ask_pool = nn.Linear(asked, 1)
        self.key = nn.Linear(embedded, shape.align)
        self.key_bias = nn.Linear(QUESTION_FEATURES, 1)
        self.value = nn.Linear(asked, shape.align)
        self.topic = nn.Linear(asked, width)
        self.text_in = nn.Linear(embedded + TEXT_FEATURES + 2 * shape.align, width)
        self.read = nn.ModuleList(Layer(width, shape.dropout) for _ in range(shape.layers))
        self.again_key = nn.Linear(asked, shape.align)
        self.again_ask = nn.Linear(width, shape.align)
        self.again_value = nn.Linear(asked, shape.align)
        self.gate = nn.Linear(asked, width)
        self.mix = nn.Linear(2 * width + shape.align, width)
        self.look = OwnAttention(width, shape.own, shape.dropout) if shape.own else None
        self.final = nn.LayerNorm(width)
        self.final_gate = nn.Linear(asked, width)
        self.ends = nn.Linear(2 * width, 2 + 2 * shape.pair)
        self.lengths = nn.Parameter(torch.zeros(shape.longest))
        self.none = nn.Linear(2 * width, 1)
        seeing = torch.ones(TEXT_FEATURES)
        seeing[list(shape.blind)] = 0
        self.register_buffer("seeing", seeing, persistent=False)
        self.drop, self.drop_in = Shared(shape.dropout), Shared(shape.embedded)

    def embed(self, parts: tuple[Tensor, Tensor, Tensor, Tensor]) -> Tensor:
        characters, words, tags, _ = parts
        if self.training:
            characters = characters * (torch.rand(characters.shape) >= 0.04)
        return self.drop_in(
            torch.cat([self.characters(characters), self.word(self.words[words]).float(), self.tags(tags)], 2)
        )

    def forward(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Scores (N, T, longest) of the spans by start and length, and of "not here" (N,)."""
        asked_mask = batch.asked_mask[..., None]
        kinds = batch.kinds
        if self.training:
            kinds = kinds * (torch.rand(kinds.shape) >= 0.2)
        asked = self.embed(batch.asked)
        kind = self.kinds(kinds)[:, None].expand(-1, asked.shape[1], -1)
        h = self.ask_in(torch.cat([asked, batch.asked[3], kind], 2)).float()
        for layer in self.ask:
            h = layer(h, asked_mask)
        h = self.drop(h)
        blank = batch.asked_mask < 0.5
        share = torch.softmax(self.ask_pool(h)[..., 0].float().masked_fill(blank, -1e4), 1)
        topic = (share[..., None] * h).sum(1)
        bias = self.key_bias(batch.asked[3])[..., 0].float().masked_fill(blank, -1e4)

        owner, mask = batch.owner, batch.mask[..., None]
        features = batch.seen[3] * self.seeing
        if self.training:
            features = features * (torch.rand(len(features), 1, features.shape[2]) >= self.shape.features)
        seen = self.embed(batch.seen)
        keys, own = functional.relu(self.key(asked)), functional.relu(self.key(seen))
        scores = (own @ keys.transpose(1, 2)[owner]).float() / self.shape.align**0.5 + bias[owner][:, None]
        share = torch.softmax(scores, 2).to(keys.dtype)
        aligned = share @ self.value(h)[owner]
        likest = share @ keys[owner]
        x = self.text_in(torch.cat([seen, features, aligned, likest * own], 2)).float()
        x = x + self.topic(topic)[owner][:, None]
        x = self.read[0](x, mask)
        scores = (self.again_ask(x) @ self.again_key(h).transpose(1, 2)[owner]).float() / self.shape.align**0.5
        share = torch.softmax(scores.masked_fill(blank[owner][:, None], -1e4), 2)
        again = share.to(keys.dtype) @ self.again_value(h)[owner]
        x = (
            x
            + functional.relu(
                self.mix(torch.cat([self.drop(x), x * self.gate(topic)[owner][:, None], again], 2))
            ).float()
        )
        for number, layer in enumerate(self.read[1:]):
            x = layer(x, mask)
            if self.look is not None and not number:
                x = self.look(x, mask).float()
        x = self.drop(self.final(x))
        both = torch.cat([x, x * self.final_gate(topic)[owner][:, None]], 2)
        ends = self.ends(both).float()
        return self.spans(ends, batch.mask), self.none(self.most(both, mask))[:, 0].float()

    @staticmethod
    def most(x: Tensor, mask: Tensor) -> Tensor:
        return (x.float() + (mask - 1) * 1e4).amax(1)

    def spans(self, ends: Tensor, mask: Tensor) -> Tensor:
        longest, size = self.shape.longest, self.shape.pair
        start, end = ends[..., 0], ends[..., 1]
        left, right = ends[..., 2 : 2 + size], ends[..., 2 + size :]
        count, length = mask.shape
        right = functional.pad(right, (0, 0, 0, longest))
        square = (left @ right.transpose(1, 2)).float() / size**0.5
        square = square + functional.pad(end + (mask - 1) * 1e4, (0, longest), value=-1e4)[:, None]
        # Row t moved t to the left: what begins at t, by length.
        flat = functional.pad(square.reshape(count, -1), (0, length))
        skewed = flat.view(count, length, length + longest + 1)[..., :longest]
        return skewed + (start + (mask - 1) * 1e4)[..., None] + self.lengths


def loss(scores: Tensor, none: Tensor, batch: Batch, questions: int, alone: float, sentence: float) -> Tensor:
    """Of spans over all windows of a question together, with the weight `alone` over each by itself, and with the weight
    `sentence` of whole sentences over all windows."""
    count, length, longest = scores.shape
    free = scores - none[:, None, None]
    starts = torch.logsumexp(free, 2)
    total = torch.logsumexp(starts, 1).clamp(max=80)
    has = batch.gold[:, 0] >= 0
    at = batch.gold[:, 0].clamp(min=0) * longest + batch.gold[:, 1].clamp(min=0)
    gold = torch.where(has, free.view(count, -1).gather(1, at[:, None])[:, 0], 0.0)
    # What fills up the batch belongs to no question.
    singly = (functional.softplus(total) - gold)[batch.owner < questions]
    places = torch.arange(length)
    inside = (places >= batch.sentence[:, :1]) & (places < batch.sentence[:, 1:])
    whole = torch.where(has, torch.logsumexp(starts.masked_fill(~inside, -1e4), 1), 0.0)
    top = total.max().detach()
    zero = torch.zeros(len(batch.kinds))
    together = torch.log(zero.index_add(0, batch.owner, torch.exp(total - top)) + torch.exp(-top)) + top
    spans = (together - zero.index_add(0, batch.owner, gold))[:questions]
    sentences = (together - zero.index_add(0, batch.owner, whole))[:questions]
    return spans.mean() + alone * singly.mean() + sentence * sentences.mean()
