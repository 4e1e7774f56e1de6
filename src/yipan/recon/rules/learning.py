"""
What a first look at all differences says of this place, for the second.

How many cases of each cause, which papers really wait, who stands on the documents: each is drawn
from what was believed before towards what was seen, as far as so many cases can tell (a gamma
prior for frequencies, a beta for shares). A finding teaches by its probability, never as a fact.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from yipan.recon.rules.habits import HABITUAL, Habits, name_all
from yipan.recon.rules.odds import SHARED, TWICE, WAITS_FOR_US, Odds, count_past_date
from yipan.recon.rules.rhythm import count_use
from yipan.recon.rules.scoring import Outcome
from yipan.recon.rules.values import Cause, Evidence, Key

#: So many cases of a cause weigh as much as what was believed of it before;
CASES_TO_BELIEVE = 6.0
#: of what nobody knows, and of what somebody does or sends.
UNKNOWN_TO_BELIEVE = 12.0
PAPERS_TO_BELIEVE = 6.0


@dataclass(slots=True)
class Seen:
    """Expected cases by cause, by kind of paper, and by who stands on the documents."""

    cases: dict[Cause, float] = field(default_factory=lambda: defaultdict(float))
    papers: dict[str, float] = field(default_factory=lambda: defaultdict(float))
    habits: dict[tuple[Cause, str], float] = field(default_factory=lambda: defaultdict(float))
    by_key: dict[tuple[Cause, str, Key], float] = field(default_factory=lambda: defaultdict(float))
    twins: Counter[str] = field(default_factory=Counter)
    unknown: float = 0.0

    @classmethod
    def of(cls, outcomes: Mapping[Key, Iterable[Outcome]], evidence: Evidence) -> Seen:
        """Add up what may have happened everywhere, each by its probability."""
        seen = cls()
        for key, those in outcomes.items():
            lines = {line.document: line for line in evidence.lines.get(key, ())}
            for outcome in those:
                for each in outcome.chosen:
                    share = outcome.probability / len(each.deltas)
                    seen.cases[each.cause] += share
                    seen.by_key[each.cause, "", key] += share
                    seen.papers[each.variant] += share
                    line = next((lines[one] for one in each.documents if one in lines), None)
                    if each.cause in HABITUAL and line is not None:
                        for name in name_all(line):
                            seen.habits[each.cause, name] += share
                            seen.by_key[each.cause, name, key] += share
        return seen

    def add_rest(self, by_cause: Mapping[Cause, float]) -> None:
        """Add how likely a key holds a theft, or something that nobody knows."""
        self.cases[Cause.THEFT] += by_cause.get(Cause.THEFT, 0.0)
        self.unknown += by_cause.get(Cause.UNKNOWN, 0.0)


def learn(odds: Odds, *, seen: Seen, evidence: Evidence) -> Odds:
    """Return what to expect of each cause after a first look."""
    cases = {
        cause: before * (CASES_TO_BELIEVE + seen.cases[cause]) / (CASES_TO_BELIEVE + before)
        for cause, before in odds.cases.items()
        if cause in SHARED
    }
    waiting: Counter[str] = Counter()
    for papers in evidence.expected.values():
        for one in papers:
            waiting[one.kind] += 1
    waits = {
        kind: min(
            0.9,
            (seen.papers[kind] + PAPERS_TO_BELIEVE * share) / (waiting[kind] + PAPERS_TO_BELIEVE),
        )
        for kind, share in WAITS_FOR_US.items()
    }
    before = odds.unknown * odds.keys
    unknown = odds.unknown * (UNKNOWN_TO_BELIEVE + seen.unknown) / (UNKNOWN_TO_BELIEVE + before)
    learned = replace(
        odds,
        cases=cases,
        waits=waits,
        unknown=unknown,
        past_date=count_past_date(evidence, keys=odds.keys, gone=seen.papers["past_its_date"]),
        use=count_use(evidence, keys=odds.keys, used=seen.papers["sample_rhythm"]),
        twice=_learn_twice(odds, seen=seen, evidence=evidence),
    )
    return replace(learned, habits=_learn_habits(learned, seen=seen))


def _learn_habits(odds: Odds, *, seen: Seen) -> Habits:
    expected = {
        (cause, name): odds.expect(cause, share=share)
        for (cause, name), share in odds.offered.items()
    }
    by_cause = {cause: CASES_TO_BELIEVE + seen.cases[cause] for cause in SHARED}
    return Habits(seen=seen.habits, expected=expected, by_key=seen.by_key, believed=by_cause)


def _learn_twice(odds: Odds, *, seen: Seen, evidence: Evidence) -> dict[str, float]:
    """Return how likely two equal lines are one paper, by how often such lines explained much."""
    # Equal lines stand on keys that agree as well, as often as on those that differ.
    times = odds.keys / max(1, len(evidence.differences))
    return {
        name: (seen.papers[name] + PAPERS_TO_BELIEVE * share)
        / (seen.twins[name] * times + PAPERS_TO_BELIEVE)
        for name, share in TWICE.items()
    }
