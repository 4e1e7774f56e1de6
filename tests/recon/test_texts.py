"""What people wrote beside corrections is read as they meant it, by a sample labelled by hand."""

from __future__ import annotations

import sys

import pytest

from tests.recon.labelled_texts import ALSO, list_labelled
from yipan.recon.rules import Cause
from yipan.recon.rules.texts import TEXT_LENGTH_MAX, read_text

#: The reader was written with the texts in sight: this is an upper bound for other people's.
ACCURACY_MIN = 0.95


def test_two_hundred_texts_are_read_as_they_were_labelled() -> None:
    labelled = list_labelled()
    wrong = [
        (text, cause, read_text(text).cause)
        for text, cause in labelled
        if read_text(text).cause not in (cause, ALSO.get(text))
    ]

    sys.stdout.write(f"\nread as labelled: {1 - len(wrong) / len(labelled):.1%} of 200 {wrong}\n")
    assert len(labelled) == len({text for text, _ in labelled}) == 200
    assert 1 - len(wrong) / len(labelled) >= ACCURACY_MIN


def test_what_a_text_says_besides_is_kept() -> None:
    for text, second in ALSO.items():
        reading = read_text(text)
        assert second in (reading.cause, *reading.also), text


def test_a_question_is_doubted_and_an_answer_is_not() -> None:
    assert read_text("damages?").is_doubted
    assert read_text("possible damages").is_doubted
    assert not read_text("damages").is_doubted


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("破损 3 件", Cause.UNRECORDED_SCRAP),
        ("样品领用", Cause.UNRECORDED_USE),
        ("串码,应为 22467", Cause.SKU_MIXUP),
        ("找不到", Cause.SHRINKAGE),
        ("录入错误冲销", Cause.MISKEY),
        ("pallet fell over, 12 broken", Cause.UNRECORDED_SCRAP),
        ("stolen from bay 3", Cause.THEFT),
        ("short delivery from supplier", Cause.SHORT_RECEIPT),
    ],
)
def test_other_words_and_chinese_are_read_too(text: str, cause: Cause) -> None:
    assert read_text(text).cause is cause


@pytest.mark.parametrize("text", ["", " ", "?", "adjustment", "SET OF 6 SOLDIER SKITTLES", "盘点"])
def test_what_names_no_cause_is_unknown(text: str) -> None:
    assert read_text(text).cause is Cause.UNKNOWN


def test_a_long_text_is_read_as_far_as_it_counts() -> None:
    assert read_text("x" * TEXT_LENGTH_MAX + " damaged").cause is Cause.UNKNOWN
