"""
What the rounds of a count say together: whoever counted may have been mistaken, first or last.

Each round is what lies there, or, as often as counts of this place go wrong, another number. So
two rounds that differ do not prove the first wrong: how likely the shelf is to be as the second
says decides. A second look at figures that were shown says less, for it may repeat the book.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

from yipan.recon.rules.values import Difference, Round

#: One count in so many goes wrong to begin with, and so many counted keys weigh as much as that.
WRONG = 0.006
COUNTS_TO_BELIEVE = 250
#: A second look is more careful: it knows of the first.
AGAIN = 0.5
#: How often somebody who sees the book writes down what it says.
REPEATS_THE_BOOK = 0.35
#: How a wrong number comes about: typed wrongly, by a few pieces, or by any number.
TYPED, A_FEW, ANY = 0.35, 0.3, 0.35
#: Any number: each power of two is as likely, up or down.
ANY_SPREAD = 2 * math.log(400)


def count_wrong(differences: Iterable[Difference], *, keys: float) -> float:
    """Return how often a count of this place goes wrong, by those that a second one contradicts."""
    contradicted = 0
    for each in differences:
        others = list_others(each)
        contradicted += bool(others) and all(one.quantity != each.quantity for one in others)
    return (contradicted + WRONG * COUNTS_TO_BELIEVE) / (keys + COUNTS_TO_BELIEVE)


def list_others(difference: Difference) -> list[Round]:
    """Return the rounds that somebody else counted."""
    return [each for each in difference.rounds if each.counter != difference.counter]


def weigh_first(difference: Difference, *, there: int, wrong: float) -> float:
    """Return the log odds of the first count being wrong, where `there` is what it should be."""
    slip = wrong * weigh_slip(difference.quantity, there=there, stock=difference.stock)
    return math.log(slip / (1 - wrong))


def weigh_others(difference: Difference, *, mistake: int, repeated: float, wrong: float) -> float:
    """
    Return what the other rounds add to the log odds of the first being `mistake` off.

    `repeated` is how likely the next counter makes the same mistake: goods of others that stand
    there are counted again, a number mistyped is not.
    """
    found = 0.0
    there = difference.quantity - mistake
    for each in list_others(difference):
        is_so = _weigh_round(each, difference, there=there, wrong=wrong)
        again = _weigh_round(each, difference, there=difference.quantity, wrong=wrong)
        found += math.log((1 - repeated) * is_so + repeated * again) - math.log(again)
    return found


def _weigh_round(one: Round, difference: Difference, *, there: int, wrong: float) -> float:
    """Return how likely a round sees what it says, where `there` is what it should be."""
    rate = wrong * AGAIN
    if one.quantity == there:
        likely = 1 - rate
    else:
        likely = rate * weigh_slip(one.quantity, there=there, stock=difference.stock)
    if one.is_blind:
        return likely
    return (1 - REPEATS_THE_BOOK) * likely + REPEATS_THE_BOOK * (one.quantity == 0)


def weigh_slip(seen: int, *, there: int, stock: int) -> float:
    """Return how likely a wrong count is wrong by just so much; both are relative to the book."""
    apart = abs(seen - there)
    if apart == 0:
        return 1e-9
    few = 0.5 ** (apart + 1)
    likely = A_FEW * few + ANY / (ANY_SPREAD * (1 + apart))
    counted, meant = stock + seen, stock + there
    if meant > 0 and counted >= 0:
        typed = list_typed(meant)
        if counted in typed:
            likely += TYPED / len(typed)
    return likely


def list_typed(figure: int) -> Sequence[int]:
    """Return what may be written for a figure: a zero more or less, digits swapped or wrong."""
    text = str(figure)
    found = {figure * 10, *([figure // 10] if figure % 10 == 0 else [])}
    found |= {
        int(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) for at in range(len(text) - 1)
    }
    found |= {
        int(text[:at] + str(digit) + text[at + 1 :])
        for at in range(len(text))
        for digit in range(10)
    }
    return sorted(found - {figure})


def list_swapped(figure: int) -> Sequence[int]:
    """Return what may have been meant by a figure where nobody counted again: the plain slips."""
    text = str(figure)
    found = {figure * 10, *([figure // 10] if figure % 10 == 0 and figure else [])}
    found |= {
        int(text[:at] + text[at + 1] + text[at] + text[at + 2 :]) for at in range(len(text) - 1)
    }
    return sorted(found - {figure})
