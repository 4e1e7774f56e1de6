"""
Pure decisions of reconciliation: the causes of a difference, weighed against each other.

`documents`, `twins` and `expected` propose what may have happened, each with the difference it
would leave on every key; `scoring` weighs sets of them against the losses that happen anyway;
`findings` says the outcome, whose parts add up to the difference. No database, no clock.
"""

from yipan.recon.rules.findings import Finding, Part, explain
from yipan.recon.rules.values import (
    Cause,
    Difference,
    Evidence,
    Expected,
    Goods,
    Hypothesis,
    Key,
    Line,
    Round,
)
from yipan.recon.rules.weights import Weights

__all__ = [
    "Cause",
    "Difference",
    "Evidence",
    "Expected",
    "Finding",
    "Goods",
    "Hypothesis",
    "Key",
    "Line",
    "Part",
    "Round",
    "Weights",
    "explain",
]
