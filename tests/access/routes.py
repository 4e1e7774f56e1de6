"""Every address of the product: pages by Django's resolver, operations by the API."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from yipan.access.doors import get_action, is_repeatable
from yipan.config.api.root import api

API_PREFIX = "api/v1/"
PARAMETER = re.compile(r"<(?:\w+:)?(\w+)>")
OPERATION_PARAMETER = re.compile(r"\{(?:\w+:)?(\w+)\}")


@dataclass(frozen=True, kw_only=True, slots=True)
class Route:
    """A page or an operation. `address` has its parameters in braces: `wms/orders/{number}`."""

    address: str
    methods: tuple[str, ...]
    action: str | None
    is_api: bool
    is_repeatable: bool = False

    @property
    def name(self) -> str:
        """Return the method, for an operation, and the address."""
        return f"{self.methods[0]} {self.address}" if self.is_api else self.address


def list_routes() -> list[Route]:
    """Return all routes; whatever the API mounts by itself counts as a page."""
    return [*_list_pages(), *_list_operations()]


def _list_pages() -> Iterator[Route]:
    operations = {route.address for route in _list_operations()}
    for address, view in _walk(get_resolver().url_patterns):
        named = PARAMETER.sub(r"{\1}", address)
        if named not in operations:
            yield Route(
                address=named, methods=("GET", "POST"), action=get_action(view), is_api=False
            )


def _walk(
    patterns: Sequence[URLPattern | URLResolver], prefix: str = ""
) -> Iterator[tuple[str, Callable[..., Any]]]:
    for pattern in patterns:
        address = prefix + str(pattern.pattern)
        if isinstance(pattern, URLPattern):
            yield address, pattern.callback
        else:
            yield from _walk(pattern.url_patterns, address)


def _list_operations() -> Iterator[Route]:
    for bound in api._get_bound_routers():  # noqa: SLF001 - ninja has no public list
        for path, view in bound.path_operations.items():
            address = re.sub("//+", "/", f"{API_PREFIX}{bound.prefix}{path}")
            for operation in view.operations:
                yield Route(
                    address=OPERATION_PARAMETER.sub(r"{\1}", address),
                    methods=tuple(operation.methods),
                    action=get_action(operation.view_func),
                    is_api=True,
                    is_repeatable=is_repeatable(operation.view_func),
                )
