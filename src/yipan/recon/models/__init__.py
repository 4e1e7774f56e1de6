"""Tables of reconciliation: cases, what corrected them, and what was counted."""

from yipan.recon.models.case import Case, CaseCorrection, CaseKind, CaseState
from yipan.recon.models.observation import Observation

__all__ = ["Case", "CaseCorrection", "CaseKind", "CaseState", "Observation"]
