"""The one API object: routers of all contexts, and the one translation of refusals."""

from __future__ import annotations

from ninja import NinjaAPI

api = NinjaAPI(title="Yipan", version="1")
