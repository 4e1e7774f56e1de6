"""What a stocktake says no to."""

from __future__ import annotations

from yipan.foundation.refusals import Refusal


class NothingToCount(Refusal):
    """Nothing was chosen to be counted."""

    code = "stocktake.nothing_to_count"
    status = 422


class PlaceUnknown(Refusal):
    """This site has no such place to count."""

    code = "stocktake.place_unknown"
    status = 422


class SheetNotYours(Refusal):
    """This sheet is for somebody else."""

    code = "stocktake.sheet_not_yours"


class SecondLook(Refusal):
    """You counted this before: another person has to look, and to hand it in."""

    code = "stocktake.second_look"


class SheetTakenBack(Refusal):
    """This sheet was taken back, and what you scanned is void: ask for it, or leave it."""

    code = "stocktake.sheet_taken_back"


class PersonUnknown(Refusal):
    """Nobody of this log-in name may count here. Choose from the list."""

    code = "stocktake.person_unknown"
    status = 422


class PersonLookedBefore(Refusal):
    """They counted this before: another person has to look."""

    code = "stocktake.person_looked_before"


class SheetClosed(Refusal):
    """This sheet is closed. Looking again is another count."""

    code = "stocktake.sheet_closed"


class NotRunning(Refusal):
    """Nobody counts in this stocktake now: it is not started, or it is over."""

    code = "stocktake.not_running"


class NothingScanned(Refusal):
    """There is no scan to take back or to give a quantity."""

    code = "stocktake.nothing_scanned"
    status = 422


class SerialDoubled(Refusal):
    """This piece was counted already."""

    code = "stocktake.serial_doubled"


class ZerosUnconfirmed(Refusal):
    """The book knows of goods here that nobody saw. Count on, or say that none is there."""

    code = "stocktake.zeros_unconfirmed"

    def __init__(self, *, sheet: str, skus: list[str], count: int) -> None:
        """Say which SKUs, the first of them, and of how many keys in all."""
        super().__init__(sheet=sheet, skus=skus, count=count)
        self.skus = skus


class OwnCount(Refusal):
    """Whoever counted, or handed the count in, may not post the differences: four eyes."""

    code = "stocktake.own_count"


class ToleranceEmpty(Refusal):
    """A tolerance needs a quantity, a value or a percentage."""

    code = "stocktake.tolerance_empty"
    status = 422
