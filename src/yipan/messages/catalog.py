"""Every kind of the published language, found in the modules of this package."""

from __future__ import annotations

import importlib
import pkgutil

import yipan.messages
from yipan.messages.base import Message


def list_message_types() -> list[type[Message]]:
    """Return the classes of all kinds, ordered by kind."""
    types: dict[str, type[Message]] = {}
    for found in pkgutil.iter_modules(yipan.messages.__path__):
        module = importlib.import_module(f"yipan.messages.{found.name}")
        for value in vars(module).values():
            if isinstance(value, type) and issubclass(value, Message) and hasattr(value, "kind"):
                assert types.setdefault(value.kind, value) is value, f"{value.kind} is told twice"
    return [types[kind] for kind in sorted(types)]
