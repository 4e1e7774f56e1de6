"""Refusals: the business answers "no" that callers are expected to handle."""

from __future__ import annotations

from typing import ClassVar


class Refusal(Exception):
    """
    Say no to a request, for a reason the requester can act on.

    Every subclass has a `code` that never changes once released: it is part of the
    API, is translated on screen, and is counted in the reconciliation reports. `status`
    is the HTTP status it becomes at the edge. `is_final` says that asking again, unchanged,
    will never help: a request told by a message is then rejected and not parked.
    """

    code: ClassVar[str] = "request.refused"
    status: ClassVar[int] = 409
    is_final: ClassVar[bool] = False

    def __init__(self, **facts: object) -> None:
        super().__init__(self.code, facts)
        self.facts = facts


class NotFound(Refusal):
    """There is no such thing, or it is none of the asker's business. One answer for both."""

    code = "resource.not_found"
    status = 404


def get_meaning(kind: type[Refusal]) -> str:
    """Return the first paragraph of a refusal's docstring, as one line."""
    return " ".join((kind.__doc__ or kind.code).strip().split("\n\n")[0].split())


def get_title(kind: type[Refusal]) -> str:
    """Return the first sentence of a refusal's docstring, without the full stop."""
    return get_meaning(kind).split(". ")[0].rstrip(".")
