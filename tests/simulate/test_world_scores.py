"""Goal: scores say what happened, and a report of them can be read in both languages."""

from __future__ import annotations

import importlib.util
import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from yipan.simulate.acts.notebook import CountOfGoods, Label
from yipan.simulate.acts.stage import ZONE
from yipan.simulate.acts.tills import Till, make_event
from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.scores.causes import score_causes
from yipan.simulate.scores.comparing import compare, write_comparison
from yipan.simulate.scores.model import Scores, permille
from yipan.simulate.scores.names import FAULTS
from yipan.simulate.scores.paper import write_pdf
from yipan.simulate.scores.report import write_html

NOON = datetime(2026, 3, 2, 12, tzinfo=ZONE)


def a_label(fault: str, *, sku: str = "TEA", quantity: int = -3, refused: bool = False) -> Label:
    label = Label(fault, "S1", sku, quantity, NOON, "", 1)
    label.refused = refused
    return label


def a_case(cause: str, *, hours: int = 2, sku: str = "TEA", **more: Any) -> dict[str, Any]:
    return {
        "number": f"DC-{cause}-{hours}",
        "kind": "book_vs_count",
        "site": "S1",
        "sku": sku,
        "cause": cause,
        "parts": [{"cause": cause}] if cause else [],
        "compared_at": (NOON + timedelta(hours=hours)).isoformat(),
        "closed_at": None,
        "corrections": [],
        **more,
    }


def judge(labels: list[Label], cases: list[dict[str, Any]], **unhealed: int) -> dict[str, Any]:
    counted = [CountOfGoods("S1", "TEA", NOON + timedelta(hours=2), 4, 4)]
    return score_causes(labels, cases, counted=counted, costs={"TEA": 100}, unhealed=dict(unhealed))


@pytest.mark.parametrize(
    ("cause", "verdict"),
    [
        ("theft", "right"),
        ("unknown", "unknown"),
        ("", "unknown"),
        ("shrinkage", "unknown"),
        ("miskey", "wrong"),
    ],
)
def test_a_fault_is_judged_by_the_first_case_after_it(cause: str, verdict: str) -> None:
    cases = [a_case("theft", hours=30), a_case(cause, hours=2), a_case("theft", hours=-1)]

    row = judge([a_label("theft")], cases)["theft"]

    assert {key: row[key] for key in ("right", "unknown", "wrong")} == {
        "right": int(verdict == "right"),
        "unknown": int(verdict == "unknown"),
        "wrong": int(verdict == "wrong"),
    }
    assert (row["injected"], row["found"], row["hours_to_find"]) == (1, 1, 2.0)
    assert (row["value_minor"], row["counted_after"]) == (300, 1)


def test_what_nobody_found_is_neither_right_nor_wrong() -> None:
    row = judge([a_label("theft"), a_label("theft", sku="MUG")], [])["theft"]
    assert (row["injected"], row["counted_after"], row["found"]) == (2, 1, 0)
    assert row["right"] + row["wrong"] + row["unknown"] == 0


def test_what_a_door_refused_is_prevented_and_not_missed() -> None:
    row = judge([a_label("unit_mixup", refused=True)], [])["unit_mixup"]
    assert (row["injected"], row["refused_at_entry"], row["found"]) == (1, 1, 0)


def test_one_of_several_parts_is_enough_and_value_counts_when_it_is_put_right() -> None:
    case = a_case("shrinkage", parts=[{"cause": "shrinkage"}, {"cause": "theft"}])
    closed = {**case, "closed_at": NOON.isoformat()}
    assert judge([a_label("theft")], [case])["theft"]["value_recovered_minor"] == 0
    row = judge([a_label("theft")], [closed])["theft"]
    assert (row["right"], row["value_recovered_minor"]) == (1, 300)


def test_a_fault_of_a_line_is_healed_when_nothing_of_its_site_is_left() -> None:
    labels = [a_label("lost_message", sku="", quantity=0)]
    assert judge(labels, [])["lost_message"]["healed"] == 1
    assert judge(labels, [], S1=2)["lost_message"]["healed"] == 0
    assert judge(labels, [], S2=2)["lost_message"]["healed"] == 1


def some_scores(**more: Any) -> dict[str, Any]:
    scores = Scores(plan="default", scale="tiny", seed=1, days=2, counts=True, engine=True)
    scores.accuracy = {
        "last_permille": 900,
        "mean_permille": 950,
        "curve": [{"day": 1, "equal_permille": 1_000}, {"day": 2, "equal_permille": 900}],
        "by_kind": {"store": [{"equal_permille": 1_000}, {"equal_permille": 880}]},
    }
    scores.causes = judge([a_label("theft"), a_label("lost_message")], [a_case("theft")])
    scores.promises = {"kept_permille": 1_000, "short_on_the_shelf": 0}
    scores.service = {"fill_permille": 990, "on_time_permille": None, "lost_sales_minor": 12_345}
    scores.stock = {"units": 1_234, "value_minor": 5_678_900, "handling_cost_minor": 100}
    scores.volumes = {"tickets": 40}
    for name, value in more.items():
        setattr(scores, name, value)
    said: dict[str, Any] = json.loads(scores.to_json())
    return said


def test_scores_are_json_with_what_is_asked_for() -> None:
    said = some_scores()
    assert {"oversold", "unhealed_messages", "proved", "accuracy", "causes"} <= set(said)
    assert permille(1, 3) == 333
    assert permille(0, 0) is None


@pytest.mark.parametrize(
    ("language", "word"), [("en", "Book against shelf"), ("zh-hans", "账面与实物")]
)
def test_a_report_needs_nothing_but_itself(language: str, word: str) -> None:
    page = write_html(some_scores(oversold=3), language=language)

    assert word in page
    assert page.count("<svg") == 2
    assert {"en": "theft", "zh-hans": "盗窃"}[language] in page
    assert {"en": "message lost", "zh-hans": "消息丢失"}[language] in page
    assert "lost_message" not in page
    assert 'class="tile bad"><b>3</b>' in page
    assert "<script" not in page
    assert "http://" not in page.replace("http://www.w3.org/2000/svg", "")


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_report_is_a_pdf(language: str) -> None:
    pytest.importorskip("typst")
    assert write_pdf(some_scores(), language=language).startswith(b"%PDF-")


def test_every_fault_of_a_plan_has_a_name_in_both_languages() -> None:
    assert set(FAULTS) == set(KINDS)
    assert len({english for english, _chinese in FAULTS.values()}) == len(FAULTS)
    assert len({chinese for _english, chinese in FAULTS.values()}) == len(FAULTS)


def test_two_runs_are_compared_figure_by_figure() -> None:
    worse = some_scores(oversold=2)
    rows = {row.name: row for row in compare(some_scores(), worse)}

    assert (rows["oversold"].a, rows["oversold"].b, rows["oversold"].change) == (0, 2, 2)
    assert rows["on time, permille"].change is None
    assert rows["faults injected"].a == 1
    page = write_comparison(some_scores(), worse, language="zh-hans")
    assert "两次运行对比" in page
    assert "+2" in page


@pytest.mark.parametrize(
    ("language", "named"),
    [("en", ("with counting 98.0 %", "without 91.0 %")), ("zh-hans", ("有盘点 98", "无盘点 91"))],
)
def test_with_and_without_counting_stand_in_one_picture(
    language: str, named: tuple[str, str]
) -> None:
    counted, drifting = some_scores(), some_scores(counts=False)
    for run, values in ((counted, (990, 980)), (drifting, (960, 910))):
        run["accuracy"]["curve"] = [{"equal_permille": value} for value in values]

    for page in (
        write_html(counted, language=language, beside=drifting),
        write_comparison(drifting, counted, language=language),
    ):
        assert all(name in page for name in named)
    # Whoever prints has the same picture; without typst there is nothing to print with.
    if importlib.util.find_spec("typst"):
        paper = write_pdf(counted, language=language, beside=drifting)
        assert paper != write_pdf(counted, language=language)


def test_a_till_tells_its_own_time_and_number() -> None:
    till = Till("S1", clock_off=600)
    number = till.ring_up([{"sku": "TEA", "quantity": 1, "amount_minor": 5}], at=NOON)

    [event] = till.waiting
    assert (event["subject"], event["sequence"]) == (number, f"{1:020d}")
    assert event["time"] == (NOON + timedelta(minutes=10)).isoformat()
    again = make_event(till, number, event["data"]["lines"], sequence=1, at=NOON)
    assert again["id"] == event["id"]
    till.epoch = 2
    assert make_event(till, number, [], sequence=1, at=NOON)["id"] != event["id"]
