"""Something that waits for a person, and how harmful it is that it waits."""

from __future__ import annotations

from dataclasses import dataclass

#: Order of harm: what is wrong, what is late, what is to be done.
HARM = {"bad": 0, "warn": 1, "info": 2}


@dataclass(frozen=True, kw_only=True, slots=True)
class Work:
    """Something that waits for a person, and where to do it."""

    title: str
    note: str
    count: int
    url: str
    icon: str
    tone: str
