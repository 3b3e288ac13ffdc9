"""How well the reader reads: exact spans, F1 and sentences, by CMRC's measures."""

from __future__ import annotations

import numpy as np
import torch
from reader_batch import Group, Window, rows_of, tensors
from reader_data import Set
from reader_net import Net


def common(a: str, b: str) -> int:
    """Length of the longest part that stands in both."""
    best = 0
    row = [0] * (len(b) + 1)
    for char in a:
        row = [0] + [row[j] + 1 if char == other else 0 for j, other in enumerate(b)]
        best = max(best, *row)
    return best


def bare(text: str) -> str:
    """As CMRC's evaluation compares: without marks and spaces."""
    return "".join(char for char in text.lower() if char.isalnum())


@torch.no_grad()
def measure(net: Net, found: Set) -> tuple[float, float, float]:
    """Share of exact spans, mean F1 (CMRC's: longest common part) and share of questions whose answer stands in the sentence
    with the greatest probability."""
    net.eval()
    exact = overlap = sentence = 0.0
    lengths = found.texts.lengths[found.first]
    items = list(np.argsort(lengths))
    longest = net.shape.longest
    while items:
        part: list[int] = []
        while items and len(part) < rows_of(int(lengths[items[0]])):
            part.append(int(items.pop(0)))
        chosen: list[Group] = [(i, [Window(int(found.first[i]), 0, int(lengths[i]), None)]) for i in part]
        scores, _ = net(tensors(found, chosen))
        flat = scores.flatten(1).softmax(1).view(scores.shape)
        for row, item in enumerate(part):
            best = int(scores[row].argmax())
            start, size = best // longest, best % longest
            answer = bare(found.answers[item])
            given = bare(found.folded[item][start : start + size + 1])
            exact += given == answer
            shared = common(given, answer)
            overlap += 2 * shared / max(len(given) + len(answer), 1)
            weight = flat[row].sum(1).numpy()
            ends = found.breaks[item]
            begins = np.concatenate([[0], ends[:-1]])
            mass = np.add.reduceat(weight[: int(ends[-1])], begins)
            top = int(mass.argmax())
            sentence += answer in bare(found.folded[item][begins[top] : ends[top]])
    net.train()
    count = len(lengths)
    return exact / count, overlap / count, sentence / count
