"""What the systems made of each fault: found or not, and called by its name or another one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from statistics import median
from typing import Any

from yipan.simulate.acts.notebook import CountOfGoods, Label
from yipan.simulate.plans.kinds import KINDS

#: Whoever says "small losses", or nothing, has named no cause: the same as in `tests/recon`.
NAMELESS = frozenset({"", "unknown", "shrinkage"})


@dataclass
class Tally:
    """What became of the faults of one kind. `hours` is how long each found one lay there."""

    injected: int = 0
    refused: int = 0
    counted: int = 0
    found: int = 0
    right: int = 0
    wrong: int = 0
    unknown: int = 0
    healed: int = 0
    value_minor: int = 0
    value_recovered_minor: int = 0
    hours: list[float] = field(default_factory=list)
    called: dict[str, int] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Return it as plain values."""
        return {
            "injected": self.injected,
            "refused_at_entry": self.refused,
            "counted_after": self.counted,
            "found": self.found,
            "right": self.right,
            "wrong": self.wrong,
            "unknown": self.unknown,
            "healed": self.healed,
            "hours_to_find": round(median(self.hours), 1) if self.hours else None,
            "value_minor": self.value_minor,
            "value_recovered_minor": self.value_recovered_minor,
            "called": dict(sorted(self.called.items())),
        }


def score_causes(
    labels: Sequence[Label],
    cases: Iterable[Mapping[str, Any]],
    *,
    counted: Sequence[CountOfGoods],
    costs: Mapping[str, int],
    unhealed: Mapping[str, int],
) -> dict[str, dict[str, Any]]:
    """
    Hold the systems' cases against the labels of what really went wrong.

    A fault that moves a quantity is found by the first case of its site and SKU that was compared
    after it. It is right when one of the case's parts bears its cause, unknown when none bears
    any or small losses alone (handbook, differences, section 10: abstained), else wrong. Faults
    of lines are healed where nothing of their site is left unhealed.
    `costs` are in minor units per unit of a SKU.
    """
    by_key = _group(cases)
    seen = {(each.site, each.sku): each.at for each in sorted(counted, key=lambda each: each.at)}
    tallies: dict[str, Tally] = {}
    for label in labels:
        tally = tallies.setdefault(label.fault, Tally())
        tally.injected += 1
        if label.refused:
            tally.refused += 1
            continue
        if KINDS[label.fault].is_interface:
            tally.healed += unhealed.get(label.site, 0) == 0
            continue
        value = abs(label.quantity) * costs.get(label.sku, 0)
        tally.value_minor += value
        last = seen.get((label.site, label.sku))
        tally.counted += last is not None and last >= label.at
        case = _find(by_key.get((label.site, label.sku), ()), label.at)
        if case is not None:
            _judge(tally, label, case, value)
    return {fault: tallies[fault].to_dict() for fault in KINDS if fault in tallies}


def _group(cases: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], list[Mapping[str, Any]]]:
    found: dict[tuple[str, str], list[Mapping[str, Any]]] = {}
    for case in cases:
        if case["kind"] == "book_vs_count":
            found.setdefault((case["site"], case["sku"]), []).append(case)
    for group in found.values():
        group.sort(key=lambda case: (datetime.fromisoformat(case["compared_at"]), case["number"]))
    return found


def _find(cases: Sequence[Mapping[str, Any]], at: datetime) -> Mapping[str, Any] | None:
    return next((case for case in cases if datetime.fromisoformat(case["compared_at"]) >= at), None)


def _judge(tally: Tally, label: Label, case: Mapping[str, Any], value: int) -> None:
    compared = datetime.fromisoformat(case["compared_at"])
    tally.found += 1
    tally.hours.append((compared - label.at).total_seconds() / 3_600)
    names = {part["cause"] for part in case["parts"]} | {case["cause"]}
    tally.called[case["cause"] or "none"] = tally.called.get(case["cause"] or "none", 0) + 1
    if names & set(KINDS[label.fault].names):
        tally.right += 1
    elif names <= NAMELESS:
        tally.unknown += 1
    else:
        tally.wrong += 1
    if case["corrections"] or case["closed_at"]:
        tally.value_recovered_minor += value
