"""Imported by the process that children are forked from: what a build and a question need, loaded before any thread runs."""

import faiss  # noqa: F401
import faults  # noqa: F401
import tantivy  # noqa: F401

import qa.engine  # noqa: F401
from index import tagged, terms

terms("港口")
tagged("港口")
