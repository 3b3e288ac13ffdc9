"""Real models of a few kilobytes, made of seeded random numbers and saved as sentence-transformers saves them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

LETTERS = [
    "[PAD]",
    "[UNK]",
    "[CLS]",
    "[SEP]",
    "[MASK]",
    *"会议桥山港公里新开航放合龙问报是的谁在哪",
    *"0123456789",
    ":",
    "?",
    "。",
]
SIZES = {"hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16}


def bert(folder: Path, kind: str = "BertModel", **config: Any) -> Path:
    """A BERT as transformers saves it, without anything of sentence-transformers."""
    import torch
    import transformers

    folder.mkdir(parents=True)
    vocabulary = {letter: number for number, letter in enumerate(LETTERS)}
    transformers.BertTokenizerFast(vocab=vocabulary).save_pretrained(folder)
    torch.manual_seed(7)
    model = getattr(transformers, kind)(transformers.BertConfig(vocab_size=len(LETTERS), **SIZES | config))
    model.save_pretrained(folder)
    return folder


def embedder(folder: Path, **settings: Any) -> Path:
    """An embedding model with `settings` such as prompts; vectors have 16 numbers."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Pooling, Transformer

    inner = Transformer(str(bert(folder.with_name(f"{folder.name}-bert"))))
    SentenceTransformer(modules=[inner, Pooling(16, "mean")], device="cpu", **settings).save(str(folder))
    return folder


def decoder(folder: Path, **settings: Any) -> Path:
    """An embedding model of the other make: it reads forward only, and its last token is the text, in bfloat16."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer.modules import Normalize, Pooling, Transformer
    from transformers import BertTokenizerFast, Qwen3Config, Qwen3ForCausalLM

    plain = folder.with_name(f"{folder.name}-qwen3")
    vocabulary = {letter: number for number, letter in enumerate(LETTERS)}
    BertTokenizerFast(vocab=vocabulary, padding_side="left", model_max_length=32_768).save_pretrained(plain)
    torch.manual_seed(7)
    sizes = SIZES | {"num_key_value_heads": 1, "head_dim": 8, "max_position_embeddings": 32_768}
    Qwen3ForCausalLM(Qwen3Config(vocab_size=len(LETTERS), **sizes)).to(torch.bfloat16).save_pretrained(plain)
    modules = [Transformer(str(plain)), Pooling(16, "lasttoken"), Normalize()]
    SentenceTransformer(modules=modules, device="cpu", **settings).save(str(folder))
    return folder


def reranker(folder: Path, labels: int = 1) -> Path:
    """A cross-encoder."""
    from sentence_transformers import CrossEncoder

    plain = bert(folder.with_name(f"{folder.name}-bert"), "BertForSequenceClassification", num_labels=labels)
    CrossEncoder(str(plain), device="cpu").save(str(folder))
    return folder
