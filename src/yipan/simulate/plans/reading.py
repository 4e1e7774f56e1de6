"""Reading a fault plan, and saying what is wrong with it: where, and what is allowed there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Final

import yaml

from yipan.simulate.plans.kinds import KINDS
from yipan.simulate.plans.model import FaultPlan, Moment, Rule

HERE: Final = Path(__file__).parent
#: Plans that come with the product.
SHIPPED: Final = ("default", "none")
TOP_KEYS: Final = ("version", "name", "description", "faults")
RULE_KEYS: Final = (
    "fault", "sites", "site_kind", "skus", "categories", "days", "hours", "per_thousand",
    "per_day", "once_at", "size", "note",
)  # fmt: skip
HOW_OFTEN: Final = ("per_thousand", "per_day", "once_at")
MINUTES_A_DAY: Final = 1_440
#: For counts of things a size has to be positive; a clock is wrong in both directions.
SIGNED_UNITS: Final = ("seconds",)


class PlanUnfit(Exception):
    """The plan cannot be used. Says file, place in the file, what is wrong and what is allowed."""


def load_plan(name: str | Path) -> FaultPlan:
    """
    Return a plan by the name of a shipped one (`default`, `none`), or by its file.

    :raises PlanUnfit: if there is no such file, or something in it is not allowed.
    """
    path = HERE / f"{name}.yaml" if name in SHIPPED else Path(name)
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text in UTF-8"
        raise PlanUnfit(
            f"{path}: cannot be read ({why}). "
            f"Give a file, or one of the plans that come along: {', '.join(SHIPPED)}."
        ) from None
    return read_plan(text, file=path.name)


def read_plan(text: str, *, file: str) -> FaultPlan:
    """
    Return the plan a text says; `file` is named in complaints.

    :raises PlanUnfit: if something is not allowed.
    """
    try:
        content = yaml.safe_load(text)
        places = _find_lines(yaml.compose(text, Loader=yaml.SafeLoader))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark else ""
        said = [getattr(error, each, None) for each in ("context", "problem")]
        problem = ", ".join(each for each in said if each) or "a character that is not allowed"
        raise PlanUnfit(f"{file}{where}: it is no YAML: {problem}.") from None
    except _Twice as error:
        raise PlanUnfit(f"{file}, {error}.") from None
    except RecursionError:
        raise PlanUnfit(f"{file}: something in it holds itself.") from None
    return _Reader(file, places).read(content)


def _find_lines(node: Any, path: str = "") -> dict[str, int]:
    """Return the line each value begins on, by its path such as `faults[2].size`."""
    if node is None:
        return {}
    found = {path: node.start_mark.line + 1}
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            name = f"{path}.{key.value}" if path else str(key.value)
            if name in found:
                first, line = found[name], key.start_mark.line + 1
                raise _Twice(f"line {line}: {name} stands there twice; first on line {first}")
            found |= _find_lines(value, name)
            # A wrong key is found where it is written, not where its value begins.
            found[name] = key.start_mark.line + 1
    elif isinstance(node, yaml.SequenceNode):
        for place, value in enumerate(node.value):
            found |= _find_lines(value, f"{path}[{place}]")
    return found


class _Twice(Exception):
    """A key that stands twice: YAML would take the last, and say nothing. Says where."""


class _Reader:
    """Checks one file, value by value."""

    def __init__(self, file: str, lines: Mapping[str, int]) -> None:
        self._file, self._lines = file, lines

    def read(self, content: Any) -> FaultPlan:
        top = self._need_mapping(content, "", TOP_KEYS)
        if top.get("version") != 1:
            raise self._wrong("version", f"is {top.get('version')!r}; write `version: 1`")
        name = top.get("name")
        if name is None or name == "":
            raise self._wrong("name", "is missing; name the plan in a word or two")
        if not isinstance(name, str) or not name.strip():
            raise self._wrong("name", f"is {name!r}; write a text, in quotes if need be")
        description = top.get("description", "")
        if not isinstance(description, str):
            raise self._wrong("description", "has to be a text")
        faults = top.get("faults")
        if not isinstance(faults, list):
            raise self._wrong("faults", "has to be a list of faults; `[]` for none")
        rules = tuple(self._read_rule(each, place) for place, each in enumerate(faults))
        return FaultPlan(
            name=name.strip(), description=description.strip(), rules=rules, file=self._file
        )

    def _read_rule(self, content: Any, place: int) -> Rule:
        path = f"faults[{place}]"
        given = self._need_mapping(content, path, RULE_KEYS)
        fault = given.get("fault")
        if not isinstance(fault, str) or fault not in KINDS:
            raise self._wrong(f"{path}.fault", self._describe_unknown(fault))
        self._check_how_often(given, path)
        for key in ("skus", "categories"):
            if given.get(key) is not None and not KINDS[fault].asks_goods:
                raise self._wrong(
                    f"{path}.{key}",
                    f"is not asked: {fault} happens to a {KINDS[fault].basis}, whatever is in it",
                )
        kind = given.get("site_kind", "")
        if kind not in ("", "store", "warehouse"):
            raise self._wrong(f"{path}.site_kind", f"is {kind!r}; allowed: store, warehouse")
        return Rule(
            number=place + 1,
            line=self._lines.get(path, 0),
            fault=fault,
            sites=self._read_patterns(given, path, "sites"),
            site_kind=kind,
            skus=self._read_patterns(given, path, "skus"),
            categories=self._read_patterns(given, path, "categories"),
            days=self._read_days(given.get("days"), f"{path}.days"),
            hours=self._read_hours(given.get("hours"), f"{path}.hours"),
            per_thousand=self._read_rate(given, path, "per_thousand", most=1_000),
            per_day=self._read_rate(given, path, "per_day", most=1_000),
            once_at=self._read_moments(given.get("once_at"), f"{path}.once_at"),
            size=self._read_size(given.get("size"), f"{path}.size", KINDS[fault].size_unit),
        )

    def _describe_unknown(self, fault: Any) -> str:
        if fault is None:
            return f"is missing; allowed: {', '.join(KINDS)}"
        near = get_close_matches(str(fault), KINDS, n=3)
        hint = f"near to it: {', '.join(near)}" if near else f"allowed: {', '.join(KINDS)}"
        return f"is {fault!r}, which is no fault; {hint}"

    def _check_how_often(self, given: Mapping[str, Any], path: str) -> None:
        said = [key for key in HOW_OFTEN if given.get(key) is not None]
        if len(said) != 1:
            found = f"says how often by {' and '.join(said)}" if said else "says not how often"
            raise self._wrong(path, f"{found}; write exactly one of {', '.join(HOW_OFTEN)}")

    def _read_patterns(self, given: Mapping[str, Any], path: str, key: str) -> tuple[str, ...]:
        value = given.get(key)
        if value is None:
            return ()
        items = value if isinstance(value, list) else [value]
        if not items or not all(isinstance(each, str) and each for each in items):
            raise self._wrong(f"{path}.{key}", 'has to be a list of codes or patterns, as ["S*"]')
        return tuple(items)

    def _read_days(self, value: Any, path: str) -> tuple[int, int]:
        if value is None:
            return (1, 10_000)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 1:
            return (value, value)
        found = re.fullmatch(r"\s*(\d+)\s*-\s*(\d+)\s*", str(value))
        if found is None or not 1 <= int(found[1]) <= int(found[2]):
            raise self._wrong(path, f"is {value!r}; write a day as 3, or days as 3-10, from 1")
        return (int(found[1]), int(found[2]))

    def _read_hours(self, value: Any, path: str) -> tuple[int, int]:
        if value is None:
            return (0, MINUTES_A_DAY)
        found = re.fullmatch(r"\s*([\d:]+)\s*-\s*([\d:]+)\s*", str(value))
        first, last = (_read_clock(found[1]), _read_clock(found[2])) if found else (None, None)
        if first is None or last is None or first >= last:
            raise self._wrong(path, f'is {value!r}; write local hours as "09:00-21:30"')
        return (first, last)

    def _read_rate(self, given: Mapping[str, Any], path: str, key: str, *, most: int) -> float:
        value = given.get(key)
        if value is None:
            return 0.0
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not 0 < value <= most:
            raise self._wrong(f"{path}.{key}", f"is {value!r}; write a number above 0, to {most}")
        return float(value)

    def _read_moments(self, value: Any, path: str) -> tuple[Moment, ...]:
        if value is None:
            return ()
        moments = []
        for each in value if isinstance(value, list) else [value]:
            found = re.fullmatch(r"\s*day\s+(\d+)\s+([\d:]+)\s*", str(each))
            minutes = _read_clock(found[2]) if found else None
            if found is None or minutes is None or int(found[1]) < 1:
                raise self._wrong(path, f'holds {each!r}; write moments as "day 3 10:30"')
            moments.append(Moment(int(found[1]), minutes))
        return tuple(moments)

    def _read_size(self, value: Any, path: str, unit: str) -> tuple[int, int] | None:
        if value is None:
            return None
        if not unit:
            raise self._wrong(path, "is not allowed: this fault has no size")
        items = value if isinstance(value, list) else [value, value]
        fits = len(items) == 2 and all(
            isinstance(each, int) and not isinstance(each, bool) for each in items
        )
        least = -(10**6) if unit in SIGNED_UNITS else 1
        if not fits or not least <= items[0] <= items[1] <= 10**6:
            raise self._wrong(
                path, f"is {value!r}; write whole {unit}, as 3 or [1, 4], from {least} to 1000000"
            )
        return (items[0], items[1])

    def _need_mapping(self, value: Any, path: str, keys: tuple[str, ...]) -> Mapping[str, Any]:
        if not isinstance(value, dict):
            raise self._wrong(path, f"has to have keys; allowed: {', '.join(keys)}")
        for key in value:
            if key not in keys:
                near = get_close_matches(str(key), keys, n=1)
                hint = f" Did you mean {near[0]!r}?" if near else ""
                where = f"{path}.{key}" if path else str(key)
                raise self._wrong(where, f"is no key.{hint} Allowed: {', '.join(keys)}")
        return value

    def _wrong(self, path: str, problem: str) -> PlanUnfit:
        at = path
        while at and at not in self._lines:
            at = at.rpartition(".")[0]
        line = self._lines.get(at)
        where = f", line {line}" if line else ""
        return PlanUnfit(f"{self._file}{where}: {path or 'the file'} {problem}.")


def _read_clock(text: str) -> int | None:
    """Return minutes since midnight of `09:30`, or None; `24:00` is the end of the day."""
    found = re.fullmatch(r"(\d{1,2}):(\d{2})", text)
    if found is None or int(found[2]) > 59:
        return None
    minutes = int(found[1]) * 60 + int(found[2])
    return minutes if minutes <= MINUTES_A_DAY else None
