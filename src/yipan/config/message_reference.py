"""The page of all kinds of messages: the contract of whoever brings a system of their own."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

INTRODUCTION = """
A message is one fact that already happened, or a request, told by the system that knows it. It
travels as a CloudEvent 1.0 in JSON: `POST /api/v1/events` takes one or a batch, `GET
/api/v1/events?source=&after=` reads what a source told after a number. The attributes `id`,
`type` (the kind), `source`, `sequence`, `sourceepoch` and `time` (when it happened) say which
message it is: a repeat is known by them and has no second effect. Numbers of a source have no
gaps. How late, lost, doubled and altered messages are handled is in
[the exchange](../internals/exchange.md).

Fields of `data` are only ever added, with a default; what is not known is left alone. Quantities
are whole smallest units, money whole minor units, days are written 2026-03-02, moments with their
zone. The same as JSON Schema: `GET /api/v1/message-kinds`, and `/message-kinds/{kind}`.

A **request** asks for something that may be refused for good; a fact never is. **In order** means
that messages about the same subject are handled in the order of their numbers.
"""


def make_messages_page(made: str) -> str:
    """Return the page: a heading per publisher, a table of fields per kind."""
    from yipan.exchange.kinds import describe_data, list_kinds  # noqa: PLC0415 - Django is set up

    lines = ["# Messages", "", made + INTRODUCTION.rstrip()]
    before = ""
    for row in list_kinds():
        if row.publisher != before:
            before = row.publisher
            lines += ["", f"## Told by {before}"]
        marks = [
            *(["a request"] if row.is_request else []),
            *(["in order"] if row.is_ordered else []),
            f"heard by {', '.join(f'`{name}`' for name in row.receivers)}"
            if row.receivers
            else "heard by nobody here",
        ]
        lines += ["", f"### `{row.kind}`", "", f"{row.meaning} ({'; '.join(marks)})", ""]
        lines += _write_fields(describe_data(row.kind))
    return "\n".join(lines) + "\n"


def _write_fields(schema: Mapping[str, Any]) -> Iterator[str]:
    yield "| field | type | without it |"
    yield "| --- | --- | --- |"
    parts = schema.get("$defs", {})
    for path, name, told, is_needed in _walk(schema, parts, ""):
        default = _write_default(told, is_needed=is_needed)
        yield f"| `{path}{name}` | {_write_type(told)} | {default} |"


def _walk(
    schema: Mapping[str, Any], parts: Mapping[str, Any], path: str
) -> Iterator[tuple[str, str, Mapping[str, Any], bool]]:
    """Give each field, those of a line right behind it under the path of the line."""
    needed = set(schema.get("required", ()))
    for name, told in schema.get("properties", {}).items():
        yield path, name, told, name in needed
        items = told.get("items", told)
        below = items.get("$ref", "").rpartition("/")[2]
        if below in parts:
            mark = "[]" if "items" in told else ""
            yield from _walk(parts[below], parts, f"{path}{name}{mark}.")


def _write_default(told: Mapping[str, Any], *, is_needed: bool) -> str:
    if is_needed:
        return "refused"
    default = told.get("default")
    return "none" if default is None else f"`{json.dumps(default, ensure_ascii=False)}`"


def _write_type(told: Mapping[str, Any]) -> str:
    if "anyOf" in told:
        return " or ".join(
            _write_type(each) for each in told["anyOf"] if each.get("type") != "null"
        )
    if "enum" in told:
        return " or ".join(f"`{value}`" for value in told["enum"])
    if "$ref" in told:
        return "object"
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false"}.get(
        told.get("type", ""), told.get("type", "anything")
    )
    if kind == "array":
        return f"list of {_write_type(told.get('items', {}))}"
    return f"{kind} ({told['format']})" if "format" in told else kind
