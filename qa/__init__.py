"""Turns a question into an answer; uses only what `from index import …` gives."""
