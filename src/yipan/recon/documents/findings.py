"""A finding as it is kept with its case: plain data, with shares as whole numbers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from yipan.recon.models import Case, CaseState
from yipan.recon.rules import Cause, Evidence, Finding, Part
from yipan.recon.rules.interfaces import InterfaceFinding

PERMILLE = 1_000
PARTS_MAX = 20
DOCUMENTS_MAX = 20


def keep(case: Case, finding: Finding, *, evidence: Evidence) -> None:
    """Put a finding into a case that is about to be saved: parts that add up to its quantity."""
    assert finding.quantity == case.quantity
    carriers = {line.document: line.carrier for line in evidence.lines.get(finding.key, ())}
    chosen = case.finding.get("chosen")
    case.finding = {
        "parts": [
            {**write_part(part), "carrier": _find_carrier(part, carriers)} for part in finding.parts
        ],
        "runner_up": write_part(finding.runner_up) if finding.runner_up else None,
    }
    case.cause = str(finding.main.cause)
    case.probability_permille = _share(finding.main.probability)
    _mark_explained(case, is_named=finding.is_named)
    if chosen:
        # Who looked at it knows more than the papers: what they chose stays.
        case.finding["chosen"] = chosen
        case.cause = chosen["cause"]
        _mark_explained(case, is_named=case.cause != Cause.UNKNOWN)


def keep_proof(case: Case, found: list[InterfaceFinding]) -> None:
    """Put proved interface causes into a case; what they do not explain is a part of its own."""
    parts = []
    left = case.quantity
    for each in found[:PARTS_MAX]:
        quantity = sum(each.differences.values())
        left -= quantity
        parts.append(
            {
                "cause": str(each.cause),
                "quantity": quantity,
                "permille": PERMILLE,
                "documents": list(each.documents[:DOCUMENTS_MAX]),
                "sequence": each.sequence if each.sequence > 0 else None,
                "correction": str(each.healing),
                "agreed": ["proved"],
            }
        )
    if left:
        parts.append({"cause": "unknown", "quantity": left, "permille": 0, "documents": []})
    case.finding = {"parts": parts, "runner_up": None}
    main = max(parts, key=lambda part: abs(int(str(part["quantity"]))), default=None)
    case.cause = str(main["cause"]) if main else ""
    case.probability_permille = int(str(main["permille"])) if main else 0
    _mark_explained(case, is_named=bool(found))


def _find_carrier(part: Part, carriers: Mapping[str, str]) -> str:
    """Return who carried the goods of the first document of a part that names one."""
    return next((carriers[each] for each in part.documents if carriers.get(each)), "")


def write_part(part: Part) -> dict[str, Any]:
    """Return a part as plain data."""
    return {
        "cause": str(part.cause),
        "variant": part.variant,
        "quantity": part.quantity,
        "permille": _share(part.probability),
        "documents": list(part.documents[:DOCUMENTS_MAX]),
        "twin": {"site": part.twin.site, "sku": part.twin.sku, "place": part.twin.place}
        if part.twin
        else None,
        "agreed": list(part.agreed),
        "missing": list(part.missing),
        "correction": str(part.correction),
        "partner": part.partner,
        "actor": part.actor,
    }


def _share(probability: float) -> int:
    return min(PERMILLE, max(0, round(probability * PERMILLE)))


def _mark_explained(case: Case, *, is_named: bool) -> None:
    if case.state in (CaseState.OPEN, CaseState.EXPLAINED):
        case.state = CaseState.EXPLAINED if is_named else CaseState.OPEN
