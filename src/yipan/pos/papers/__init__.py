"""Papers of POS. An index of its modules; no code here."""

from yipan.pos.papers.receipt import print_receipt

__all__ = ["print_receipt"]
