"""Trains the reader: which span of a passage answers a question.

    python training/reader.py --data DIR --output qa/reader.safetensors

DIR holds `cmrc2018-train`, `cmrc2018-trial` (CMRC 2018, CC BY-SA 4.0) and `jaquad-train` (JaQuAD, CC BY-SA 3.0). Settings
were chosen on the trial questions, which never train; figures on them are printed as it goes.
"""

from __future__ import annotations

import argparse
import copy
import math
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import count, islice
from pathlib import Path
from typing import Any

# For all shapes of batches; read when torch is first used.
os.environ.setdefault("ONEDNN_PRIMITIVE_CACHE_CAPACITY", "16384")

import numpy as np
import torch
from numpy.typing import NDArray
from reader_batch import Group, batches, group, tensors
from reader_data import JAPANESE, TRAIN, TRIAL, Set, load
from reader_export import export
from reader_measure import measure
from reader_net import Net, Shape, loss

from qa.reading import MATCHES, TYPES


@dataclass(frozen=True)
class Plan:
    """How long and how fast to learn.

    Each round goes through the Chinese questions; Japanese ones are mixed in, `japanese` batches in the first round and the
    share `fading` of that in each round after another. `alone` and `sentence` weigh parts of the loss; `kept` is the share of
    the running mean of weights that a step keeps.
    """

    steps: int = 5400
    japanese: int = 600
    fading: float = 0.65
    rate: float = 2e-3
    alone: float = 0.3
    sentence: float = 0.5
    kept: float = 0.998


def shuffled(found: Set, items: NDArray[np.int64], rng: np.random.Generator) -> list[tuple[Set, list[Group]]]:
    """Batches of the questions whose answer is not too long."""
    usable = [int(i) for i in items if 0 <= found.gold[i][1] - found.gold[i][0] < Shape.longest]
    return [(found, batch) for batch in batches([group(found, item, rng) for item in usable], rng)]


def rounds(sets: dict[str, Set], plan: Plan, rng: np.random.Generator) -> Iterator[tuple[Set, list[Group]]]:
    """Batches without end."""
    chinese, japanese = sets[TRAIN], sets[JAPANESE]
    waiting: list[tuple[Set, list[Group]]] = []
    for number in count():
        made = shuffled(chinese, np.arange(len(chinese.kinds)), rng)
        wanted = int(plan.japanese * plan.fading**number)
        while len(waiting) < wanted:
            waiting += shuffled(japanese, rng.permutation(len(japanese.kinds)), rng)
        made += [waiting.pop() for _ in range(wanted)]
        for at in rng.permutation(len(made)):
            yield made[at]


Log = Callable[[str], None]


def train(made: dict[str, Any], shape: Shape, plan: Plan, log: Log = print, keep: Path | None = None) -> Net:
    """Train a network; gives the running mean of its weights. In between it is written to `keep`."""
    seed = 1
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    net = Net(shape, torch.from_numpy(made["first"]), torch.from_numpy(np.round(made["table"] * 127) / 127))
    log(f"{sum(p.numel() for p in net.parameters()):,} weights")
    mean = copy.deepcopy(net)
    decay, plain = [], []
    for name, parameter in net.named_parameters():
        (plain if parameter.ndim < 2 or name.startswith("characters") else decay).append(parameter)
    optimiser = torch.optim.AdamW(
        [{"params": decay, "weight_decay": 0.02}, {"params": plain, "weight_decay": 0.0}],
        lr=plan.rate,
        betas=(0.9, 0.98),
    )
    began, step, told, total = time.time(), 0, time.time(), []
    for found, chosen in islice(rounds(made, plan, rng), plan.steps):
        done = step / plan.steps
        rate = plan.rate * min(1, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * done)))
        for part in optimiser.param_groups:
            part["lr"] = rate
        batch = tensors(found, chosen)
        with torch.autocast("cpu", dtype=torch.bfloat16):
            scores, none = net(batch)
        value = loss(scores, none, batch, len(chosen), plan.alone, plan.sentence)
        optimiser.zero_grad()
        value.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
        optimiser.step()
        step += 1
        total.append(float(value))
        kept = min(plan.kept, (1 + step) / (10 + step))
        with torch.no_grad():
            for old, new in zip(mean.parameters(), net.parameters(), strict=True):
                old.lerp_(new, 1 - kept)
        if time.time() - told > 240:
            log(f"{done:.0%} step {step}: loss {np.mean(total):.3f}, trial {_shown(measure(mean, made[TRIAL]))}")
            told, total = time.time(), []
            if keep is not None:
                export(mean, made["tables"], made["characters"], keep)
    log(f"end step {step}, {time.time() - began:.0f} s: trial {_shown(measure(mean, made[TRIAL]))}")
    return mean


def ablation(made: dict[str, Any], steps: int) -> str:
    """A table of short trainings, each without one part."""
    plan = Plan(steps=steps)
    wordless = {**made, "table": np.zeros_like(made["table"])}
    variants = [
        ("all", made, Shape(), plan),
        ("without Japanese questions", made, Shape(), replace(plan, japanese=0)),
        ("without word vectors", wordless, Shape(), plan),
        ("without masks of types", made, Shape(blind=TYPES), plan),
        ("without matches computed beforehand", made, Shape(blind=MATCHES), plan),
        ("without looking at the whole text", made, Shape(own=0), plan),
        ("without the loss of sentences", made, Shape(), replace(plan, sentence=0)),
        ("one layer of three", made, Shape(layers=1), plan),
    ]
    lines = [f"{steps} steps each; CMRC 2018 trial, whole passages: exact, F1, sentence"]
    for name, held, shape, planned in variants:
        net = train(held, shape, planned, lambda text: None)
        lines.append(f"{name:40s} " + " ".join(f"{figure:.3f}" for figure in measure(net, made[TRIAL])))
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def _shown(figures: tuple[float, float, float]) -> str:
    return "EM {:.3f} F1 {:.3f} sentence {:.3f}".format(*figures)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--data", type=Path, required=True, metavar="DIR")
    parser.add_argument("--output", type=Path, metavar="FILE")
    parser.add_argument(
        "--cache", type=Path, default=Path("reader-cache"), metavar="DIR", help="examples, kept for the next run"
    )
    parser.add_argument("--steps", type=int, default=Plan.steps)
    parser.add_argument(
        "--ablation", type=Path, metavar="FILE", help="short trainings without one part each; the table"
    )
    arguments = parser.parse_args()
    torch.set_num_threads(os.cpu_count() or 1)
    made = load(arguments.data, arguments.cache)
    if arguments.ablation:
        arguments.ablation.write_text(ablation(made, arguments.steps), "utf-8")
        return
    net = train(made, Shape(), Plan(steps=arguments.steps), lambda text: print(text, flush=True), arguments.output)
    export(net, made["tables"], made["characters"], arguments.output)


if __name__ == "__main__":
    main()
