"""Goal: the bars of an explanation add up, and say so in words too."""

from __future__ import annotations

from yipan.console.waterfall import Step, draw, lay_out

STEPS = [
    Step(label="On hand", amount=40, is_total=True),
    Step(label="Reserved", amount=-12, url="/books/TEA-250"),
    Step(label="Late <b>", amount=3),
    Step(label="Promise", amount=31, is_total=True),
]


def test_each_bar_begins_where_the_one_before_ended() -> None:
    bars = lay_out(STEPS)

    assert [(bar.low, bar.high, bar.level) for bar in bars] == [
        (0, 40, 40),
        (28, 40, 28),
        (28, 31, 31),
        (0, 31, 31),
    ]


def test_bars_below_the_ground_are_drawn_below_it() -> None:
    bars = lay_out([Step(label="On hand", amount=-2, is_total=True), Step(label="In", amount=5)])

    assert [(bar.low, bar.high, bar.level) for bar in bars] == [(-2, 0, -2), (-2, 3, 3)]


def test_the_picture_is_plain_svg_with_its_words_and_links() -> None:
    drawn = draw(STEPS)

    assert 'aria-label="On hand 40, Reserved −12, Late &lt;b&gt; 3, Promise 31"' in drawn
    assert '<a href="/books/TEA-250">' in drawn
    assert "style=" not in drawn
    assert "<b>" not in drawn


def test_nothing_to_explain_is_no_picture() -> None:
    assert draw([]) == ""
