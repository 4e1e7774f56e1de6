"""
Settings read once for a batch: channels, sites, hours and the like, which orders have in common.

Only for what people set and change rarely, never for stock. Outside of `read_once` nothing is
kept: each question is asked of the database.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from functools import wraps
from typing import ParamSpec, TypeVar, cast

P = ParamSpec("P")
T = TypeVar("T")

_answers: ContextVar[dict[Hashable, object] | None] = ContextVar("kept_answers", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """
    Keep the answers of functions that are `kept` until the end of the block.

    Within another such block, its answers go on to be used.
    """
    if _answers.get() is not None:
        yield
        return
    token = _answers.set({})
    try:
        yield
    finally:
        _answers.reset(token)


def kept(function: Callable[P, T]) -> Callable[P, T]:
    """
    Give the same answer to the same question within `read_once`.

    Who asks must not change the answer: it is one object for all who ask.
    """

    @wraps(function)
    def ask(*args: P.args, **kwargs: P.kwargs) -> T:
        answers = _answers.get()
        if answers is None:
            return function(*args, **kwargs)
        key = (function, _freeze(args), _freeze(kwargs))
        if key not in answers:
            answers[key] = function(*args, **kwargs)
        return cast("T", answers[key])

    return ask


def _freeze(value: object) -> Hashable:
    """Return a question as a key: mappings and collections by what is in them."""
    if isinstance(value, Mapping):
        return tuple(sorted((str(name), _freeze(it)) for name, it in value.items()))
    if isinstance(value, set | frozenset):
        return frozenset(_freeze(it) for it in value)
    if isinstance(value, Collection) and not isinstance(value, str):
        return tuple(_freeze(it) for it in value)
    return value
