"""Tables of reconciliation: cases, what corrected them, what was counted, and trees of sums."""

from yipan.recon.models.case import Case, CaseCorrection, CaseKind, CaseState
from yipan.recon.models.observation import Observation
from yipan.recon.models.tree import BookTree

__all__ = ["BookTree", "Case", "CaseCorrection", "CaseKind", "CaseState", "Observation"]
