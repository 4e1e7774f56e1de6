"""Goal: a fault plan written from its page alone loads, and a wrong one hears what is wrong."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from yipan.simulate.acts.stage import ZONE
from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.plans.model import FaultPlan
from yipan.simulate.plans.reading import RULE_KEYS, PlanUnfit, load_plan, read_plan
from yipan.simulate.plans.striking import Faults, Occasion
from yipan.simulate.world.chance import Chance

PAGE = Path(__file__).parents[2] / "docs/reference/fault-plans.md"
MONDAY = datetime(2026, 3, 2, tzinfo=ZONE)


def read(rule: str) -> FaultPlan:
    return read_plan(f"version: 1\nname: mine\nfaults:\n  - {{{rule}}}\n", file="mine.yaml")


def complain(text: str) -> str:
    with pytest.raises(PlanUnfit) as raised:
        read_plan(text, file="mine.yaml")
    return str(raised.value)


def occasion(
    *, site: str = "S1", kind: str = "store", at: datetime = MONDAY, sku: str = "G1"
) -> Occasion:
    return Occasion(site=site, site_kind=kind, day=1, at=at, sku=sku, category="food/tea")


def test_the_plan_that_comes_along_lets_everything_go_wrong() -> None:
    assert {rule.fault for rule in load_plan("default").rules} == set(KINDS)
    assert load_plan("none").rules == ()


def test_a_plan_with_every_key_is_read() -> None:
    plan = read(
        "fault: miskey/power_of_ten, sites: [W1, 'S*'], site_kind: store, skus: 'G000*', "
        "categories: [food/*], days: 3-10, hours: '09:00-21:30', per_thousand: 2.5, note: why"
    )
    [rule] = plan.rules
    assert (rule.fault, rule.sites, rule.site_kind) == (
        "miskey/power_of_ten",
        ("W1", "S*"),
        "store",
    )
    assert (rule.skus, rule.categories) == (("G000*",), ("food/*",))
    assert (rule.days, rule.hours, rule.per_thousand) == ((3, 10), (540, 1_290), 2.5)

    [sized] = read("fault: theft, once_at: [day 2 10:30, day 3 9:00], size: [2, 5]").rules
    assert [(each.day, each.minutes) for each in sized.once_at] == [(2, 630), (3, 540)]
    assert sized.size == (2, 5)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("version: 2\nname: x\nfaults: []\n", ["line 1", "version", "version: 1"]),
        ("version: 1\nfaults: []\n", ["name", "missing"]),
        ("version: 1\nname: x\n", ["faults", "list"]),
        ("version: 1\nname: x\nfalts: []\n", ["line 3", "falts", "'faults'"]),
        ("version: 1\nname: x\nfaults: [\n", ["mine.yaml", "line"]),
        ("- a\n", ["allowed: version, name"]),
        ("", ["the file has to have keys"]),
        ("version: 1\nname: 2026\nfaults: []\n", ["line 2", "name is 2026; write a text"]),
        ("version: 1\nname: x\nname: y\nfaults: []\n", ["line 3", "name stands there twice", "2"]),
        ("version: 1\nname: x\nfaults: &a [*a]\n", ["something in it holds itself"]),
        ("version: 1\nname: x\nfaults:\n- {fault: a\n  b: c}\n", ["line 5", "is no YAML"]),
    ],
)
def test_a_file_that_is_no_plan_is_told_where(text: str, says: list[str]) -> None:
    said = complain(text)
    assert said.startswith("mine.yaml")
    assert [word for word in says if word not in said] == []


@pytest.mark.parametrize(
    ("rule", "says"),
    [
        ("fault: theeft, per_day: 1", ["faults[0].fault", "'theeft'", "near to it: theft"]),
        ("per_day: 1", ["faults[0].fault", "missing", "theft"]),
        ("fault: theft", ["faults[0]", "not how often", "per_thousand, per_day, once_at"]),
        (
            "fault: theft, per_day: 1, per_thousand: 2",
            ["by per_thousand and per_day", "exactly one"],
        ),
        ("fault: theft, per_dya: 1", ["faults[0].per_dya", "'per_day'"]),
        ("fault: theft, per_day: often", ["faults[0].per_day", "'often'", "number above 0"]),
        ("fault: theft, per_day: -1", ["faults[0].per_day", "number above 0"]),
        ("fault: theft, per_day: yes", ["faults[0].per_day", "number above 0"]),
        ("fault: theft, per_day: 1, size: [5, 2]", ["faults[0].size", "whole units"]),
        ("fault: theft, per_day: 1, size: many", ["faults[0].size", "whole units"]),
        ("fault: unit_mixup, per_day: 1, size: 2", ["faults[0].size", "no size"]),
        ("fault: theft, per_day: 1, site_kind: shop", ["site_kind", "store, warehouse"]),
        ("fault: theft, per_day: 1, sites: []", ["faults[0].sites", "list of codes"]),
        ("fault: theft, per_day: 1, days: 5-2", ["faults[0].days", "3-10"]),
        ("fault: theft, per_day: 1, hours: '9-17'", ["faults[0].hours", "09:00-21:30"]),
        ("fault: [theft], per_day: 1", ["faults[0].fault", "which is no fault"]),
        ("fault: theft, per_day: 1, per_day: 2", ["per_day stands there twice"]),
        ("fault: theft, per_day: '1'", ["faults[0].per_day", "number above 0"]),
        ("fault: theft, once_at: tomorrow", ["faults[0].once_at", "day 3 10:30"]),
    ],
)
def test_a_wrong_fault_is_told_what_is_allowed(rule: str, says: list[str]) -> None:
    said = complain(f"version: 1\nname: x\nfaults:\n  - {{{rule}}}\n")
    assert said.startswith("mine.yaml, line 4: faults[0]")
    assert [word for word in says if word not in said] == []


def test_a_plan_that_is_not_there_is_told_of() -> None:
    with pytest.raises(PlanUnfit, match="default, none"):
        load_plan("nowhere.yaml")


def test_the_page_names_every_fault_and_every_key_and_its_example_loads() -> None:
    text = PAGE.read_text(encoding="utf-8")
    assert [name for name in (*KINDS, *RULE_KEYS) if f"`{name}`" not in text] == []
    example = text.split("```yaml\n")[1].split("```")[0]
    assert len(read_plan(example, file="example.yaml").rules) >= 3


def test_what_is_once_happens_once_at_its_moment_or_at_the_first_occasion_after() -> None:
    faults = Faults(read("fault: theft, once_at: day 1 10:00, sites: [S1], size: 4"), Chance(1))
    faults.begin_day(day=1, midnight=MONDAY, sites=[("S1", "store")])
    before, after = MONDAY + timedelta(hours=9), MONDAY + timedelta(hours=12)

    assert faults.strike("theft", occasion(at=before)) is None
    assert faults.strike("theft", occasion(at=after, site="S2")) is None
    assert faults.strike("theft", occasion(at=after)) == 4
    assert faults.strike("theft", occasion(at=after)) is None


def test_filters_keep_a_fault_where_it_belongs() -> None:
    rule = "fault: miskey/at_sale, per_thousand: 1000, site_kind: store, skus: ['G1*'], "
    faults = Faults(read(rule + "hours: '09:00-12:00', days: 1-2"), Chance(1))
    noon = MONDAY + timedelta(hours=12)
    morning = MONDAY + timedelta(hours=9)

    assert faults.strike("miskey/at_sale", occasion(at=morning)) is not None
    assert faults.strike("miskey/at_sale", occasion(at=noon)) is None
    assert faults.strike("miskey/at_sale", occasion(at=morning, kind="warehouse")) is None
    assert faults.strike("miskey/at_sale", occasion(at=morning, sku="G2")) is None
    assert faults.strike("theft", occasion(at=morning)) is None


def test_so_many_a_day_come_to_so_many_over_many_days() -> None:
    faults = Faults(read("fault: theft, per_day: 2, sites: [S1]"), Chance(3))
    struck = 0
    for day in range(200):
        midnight = MONDAY + timedelta(days=day)
        faults.begin_day(day=day + 1, midnight=midnight, sites=[("S1", "store")])
        evening = occasion(at=midnight + timedelta(hours=23, minutes=59))
        while faults.strike("theft", evening) is not None:
            struck += 1
    assert 340 <= struck <= 460


def test_another_rule_does_not_change_when_a_rule_strikes() -> None:
    theft = "fault: theft, per_thousand: 100"
    alone = Faults(read(theft), Chance(7))
    text = (
        f"version: 1\nname: x\nfaults:\n  - {{{theft}}}\n  - {{fault: damage, per_thousand: 500}}\n"
    )
    beside = Faults(read_plan(text, file="x"), Chance(7))
    struck = []
    for faults in (alone, beside):
        hits = []
        for minute in range(300):
            at = occasion(at=MONDAY + timedelta(minutes=minute))
            if faults is beside:
                faults.strike("damage", at)
            hits.append(faults.strike("theft", at))
        struck.append(hits)
    assert struck[0] == struck[1]


def test_a_rate_strikes_once_at_an_occasion_of_a_site_and_day_however_high_it_is() -> None:
    faults = Faults(read("fault: crash, per_thousand: 1000"), Chance(1))
    noon, three = (occasion(at=MONDAY + timedelta(hours=hour)) for hour in (12, 15))

    struck = [faults.strike("crash", each) for each in (noon, noon, three, three)]

    assert struck == [1, None, 1, None]
    assert faults.strike("crash", occasion(at=three.at, site="S2")) == 1
