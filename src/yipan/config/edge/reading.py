"""Reading bodies: JSON that means one thing only, and can be stored as it was sent."""

from __future__ import annotations

import json
from typing import Any, NoReturn, cast

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest
from ninja.parser import Parser
from ninja.types import DictStrAny

from yipan.foundation.requests import Malformed, TooLarge

ATTRIBUTE = "yipan_json"


class StrictParser(Parser):
    """The JSON parser of the API. What it refuses becomes `request.malformed`."""

    def parse_body(self, request: HttpRequest) -> DictStrAny:
        """Return the body, parsed once per request."""
        return cast(DictStrAny, read_json(request))


def read_json(request: HttpRequest) -> object:
    """
    Return the JSON body of a request.

    Refused besides bad syntax: NaN and Infinity, a name twice in one object (two readers
    would see two requests), NUL and half surrogate pairs (PostgreSQL stores neither).

    :raises Malformed: with the place, as far as it is known.
    :raises TooLarge: if the body is larger than the settings allow.
    """
    if not hasattr(request, ATTRIBUTE):
        setattr(request, ATTRIBUTE, _read(request))
    return getattr(request, ATTRIBUTE)


def _read(request: HttpRequest) -> object:
    try:
        text = request.body.decode("utf-8")
    except RequestDataTooBig:
        raise TooLarge from None
    except UnicodeDecodeError as error:
        raise _malformed(f"byte {error.start} is not UTF-8") from error
    try:
        parsed: object = json.loads(
            text, parse_constant=_refuse_constant, object_pairs_hook=_pair_once
        )
    except json.JSONDecodeError as error:
        raise _malformed(f"line {error.lineno} column {error.colno}: {error.msg}") from error
    except RecursionError as error:
        raise _malformed("nested too deeply") from error
    except ValueError as error:
        raise _malformed(str(error)) from error
    # Characters that cannot be stored come in by an escape only; a scan of the text is
    # cheap, a walk over five megabytes of objects is not.
    if "\\u" in text or "\0" in text:
        _require_storable(parsed)
    return parsed


def _require_storable(value: Any) -> None:
    pending = [value]
    while pending:
        item = pending.pop()
        if isinstance(item, str):
            if "\0" in item or any("\ud800" <= letter <= "\udfff" for letter in item):
                raise _malformed("a text holds a character that cannot be stored")
        elif isinstance(item, list):
            pending.extend(item)
        elif isinstance(item, dict):
            pending.extend(item.keys())
            pending.extend(item.values())


def _pair_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = next(name for name in names if names.count(name) > 1)
        raise _malformed(f"the name {doubled!r} stands twice in one object")
    return found


def _refuse_constant(name: str) -> NoReturn:
    raise _malformed(f"{name} is no number in JSON")


def _malformed(message: str) -> Malformed:
    return Malformed(errors=[{"pointer": "", "code": Malformed.code, "message": message}])
