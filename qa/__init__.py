"""Turns a question into an answer; uses only what `from index import …` gives."""

__version__ = "0.1.0"
