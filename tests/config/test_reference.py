"""Goal: the reference pages say what the code says, and each code has one status."""

from __future__ import annotations

import re

import pytest

from tests.console.test_translations import ALL
from yipan.config import reference
from yipan.foundation import refusals

CODE = re.compile(r"[a-z_]+\.[a-z_]+")


@pytest.mark.parametrize("name", list(reference.make_pages()))
def test_a_page_is_what_the_code_says(name: str) -> None:
    path = reference.FOLDER / name

    # Stale? `python -m yipan.config.reference` writes it anew.
    assert path.read_text(encoding="utf-8") == reference.make_pages()[name]


def test_every_refusal_has_a_code_a_status_and_words() -> None:
    kinds = reference.list_refusals()

    assert [kind.__name__ for kind in kinds if not CODE.fullmatch(kind.code)] == []
    assert [kind.__name__ for kind in kinds if not 400 <= kind.status <= 503] == []
    assert [kind.__name__ for kind in kinds if not kind.__doc__] == []


def test_a_code_has_one_status_wherever_it_is_raised() -> None:
    statuses: dict[str, set[int]] = {}
    for kind in reference.list_refusals():
        statuses.setdefault(kind.code, set()).add(kind.status)

    assert {code: found for code, found in statuses.items() if len(found) > 1} == {}


def test_every_refusal_is_told_in_chinese_too() -> None:
    texts = {refusals.get_meaning(kind) for kind in reference.list_refusals()}

    assert sorted(texts - ALL) == []
