"""API of the published language: what another system may tell and hear, and how it is written."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Router, Schema
from pydantic import Field

from yipan.access.doors import endpoint
from yipan.exchange import kinds

router = Router(tags=["exchange"])


class KindOut(Schema):
    """A kind of message. `receivers` are the systems here that listen to it."""

    kind: str
    publisher: str
    meaning: str
    is_request: bool
    is_ordered: bool
    receivers: list[str]


class KindsOut(Schema):
    """Every kind of the published language, and the JSON Schema of the envelope of all."""

    data: list[KindOut]
    envelope: dict[str, Any]


@router.get("/message-kinds", response=KindsOut)
@endpoint(action="exchange.read")
def list_message_kinds(request: HttpRequest) -> KindsOut:
    """Every kind of message there is: the contract of whoever brings a system of their own."""
    rows = [KindOut(**asdict(row)) for row in kinds.list_kinds()]
    return KindsOut(data=rows, envelope=kinds.describe_envelope())


@router.get("/message-kinds/{kind}", response=dict[str, Any])
@endpoint(action="exchange.read")
def read_message_kind(
    request: HttpRequest,
    kind: Annotated[str, Field(max_length=96)],
) -> dict[str, Any]:
    """Read the JSON Schema (2020-12) of the `data` of a kind."""
    return kinds.describe_data(kind)
