"""Tables of reconciliation: an index of its modules."""

from yipan.recon.models.case import Case, CaseCorrection, CaseKind, CaseState
from yipan.recon.models.doubt import Doubt
from yipan.recon.models.observation import Observation
from yipan.recon.models.past import PastCorrection
from yipan.recon.models.report import ReportState, StockReport, StockReportLine
from yipan.recon.models.tree import BookTree

__all__ = [
    "BookTree",
    "Case",
    "CaseCorrection",
    "CaseKind",
    "CaseState",
    "Doubt",
    "Observation",
    "PastCorrection",
    "ReportState",
    "StockReport",
    "StockReportLine",
]
