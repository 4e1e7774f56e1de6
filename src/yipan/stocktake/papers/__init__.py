"""Papers of a stocktake. An index of its modules; no code here."""

from yipan.stocktake.papers.answers import answer_file_to_fill, answer_sheets

__all__ = ["answer_file_to_fill", "answer_sheets"]
