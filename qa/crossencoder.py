"""Reranking by a cross-encoder, a model that reads question and passage together: slow, optional, by name."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from index import RERANKER, ModelReference, NeuralModel, WenbaoError, load_neural


class RerankerError(WenbaoError):
    """The reranking model cannot be used."""


@dataclass(frozen=True, slots=True)
class CrossReranker:
    """A loaded cross-encoder. Safe for use from several threads."""

    name: str
    model: NeuralModel

    def scores(self, question: str, passages: Sequence[str]) -> list[float]:
        """For each passage the probability, from 0 to 1, that it answers the question, as the model sees it.

        :raises RerankerError: if there is not enough memory, or the model gives no finite numbers.
        """
        import torch

        if not passages:
            return []
        # A tokenizer cannot be given half of a surrogate pair.
        pairs = [[text.encode("utf-8", "replace").decode() for text in (question, passage)] for passage in passages]
        sigmoid = torch.nn.Sigmoid()  # some models' own settings leave the numbers as they are
        predict = self.model.model.predict
        found = self.model.run(
            lambda size: predict(pairs, batch_size=size, activation_fn=sigmoid, show_progress_bar=False)
        )
        return [float(score) for score in found]


def load_reranker(name: str) -> CrossReranker:
    """Load a cross-encoder of sentence-transformers: a folder, or a model of the hub by its name.

    A model of the hub is taken from this machine if it was downloaded before; only otherwise is the network tried.

    :raises RerankerError: if the model is not there, is damaged, no reranker or too large.
    """
    reference = ModelReference(name, RerankerError, "leave --reranker out")
    model = load_neural(reference, RERANKER)
    if model.model.num_labels != 1:
        raise reference.refused(f"gives {model.model.num_labels} numbers for a passage where a reranker gives one")
    reranker = CrossReranker(name, model)
    reranker.scores("?", ["?"])
    return reranker
