"""Tables of stocktakes: plans, sheets, what was seen, what differs, and what put it right."""

from yipan.stocktake.models.result import (
    CORRECTION_ACTIVE,
    CorrectionState,
    CountCorrection,
    CountResult,
    ResultState,
)
from yipan.stocktake.models.sheet import CountLine, CountScan, CountSheet, SheetState
from yipan.stocktake.models.stocktake import Stocktake, StocktakeKind, StocktakeState
from yipan.stocktake.models.tolerance import CountTolerance

__all__ = [
    "CORRECTION_ACTIVE",
    "CorrectionState",
    "CountCorrection",
    "CountLine",
    "CountResult",
    "CountScan",
    "CountSheet",
    "CountTolerance",
    "ResultState",
    "SheetState",
    "Stocktake",
    "StocktakeKind",
    "StocktakeState",
]
