"""Times of a site's day as the API takes them: text such as 09:30, without a zone."""

from __future__ import annotations

from datetime import time
from typing import Annotated, Final

from pydantic import AfterValidator, BeforeValidator, WithJsonSchema


def _require_text(value: object) -> object:
    """Refuse numbers: pydantic would read them as seconds of a day in UTC."""
    if isinstance(value, str | time):
        return value
    raise ValueError("a time of the day is text, such as 09:30")


def _require_no_zone(value: time) -> time:
    """Refuse a zone: the site's own is meant."""
    if value.tzinfo is not None:
        raise ValueError("a time of the day has no zone, the site's own is meant")
    return value


#: JSON Schema means by the format `time` one with a zone.
_SCHEMA: Final = {
    "type": "string",
    "pattern": r"^\d{2}:\d{2}(:\d{2}(\.\d+)?)?$",
    "examples": ["09:30"],
}
WallTime = Annotated[
    time,
    BeforeValidator(_require_text),
    AfterValidator(_require_no_zone),
    WithJsonSchema(_SCHEMA),
]
