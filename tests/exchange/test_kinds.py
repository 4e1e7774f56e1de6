"""
Goal: whoever brings a system of their own can read what to tell and what they will hear.

What is really told by a day of the retailer is held against the schemas.
"""

from __future__ import annotations

import json

import jsonschema
import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_person
from yipan.access.roles import Role
from yipan.exchange import codec, kinds, wire
from yipan.exchange.models import Stream
from yipan.foundation.refusals import NotFound
from yipan.messages.catalog import list_message_types


def list_sources() -> list[str]:
    return list(Stream.objects.filter(last_sequence__gt=0).values_list("source", flat=True))


def test_every_kind_has_a_schema_of_its_own_and_says_what_it_tells() -> None:
    rows = kinds.list_kinds()

    assert [row.kind for row in rows] == [each.kind for each in list_message_types()]
    for row in rows:
        schema = kinds.describe_data(row.kind)
        jsonschema.Draft202012Validator.check_schema(schema)
        assert row.meaning
        assert not set(codec.IN_ENVELOPE) & set(schema["properties"])
    with pytest.raises(NotFound):
        kinds.describe_data("erp.nothing_happened.v1")


@pytest.mark.django_db
def test_what_is_told_is_as_the_schemas_say() -> None:
    retailer.open_retailer()
    retailer.open_store("S12", ("TEA-250", 10))
    retailer.order(("TEA-250", 100))
    retailer.deliver()
    retailer.sell(("TEA-250", 1))
    retailer.deliver()

    told = set()
    for envelope in [it for name in list_sources() for it in retailer.list_envelopes(name)]:
        event = json.loads(wire.write_event(envelope))
        jsonschema.validate(event, kinds.describe_envelope())
        jsonschema.validate(event["data"], kinds.describe_data(event["type"]))
        told.add(event["type"])
    assert {"erp.inbound_released.v1", "till.ticket_closed.v1"} <= told

    # What is wrong by the schema is refused at the door as well.
    wrong = {**event["data"], "lines": "none"}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(wrong, kinds.describe_data(event["type"]))


@pytest.mark.django_db
def test_the_contract_is_read_at_the_door() -> None:
    client = Client()
    client.force_login(a_person(Role.INVENTORY_CONTROLLER, username="zhao"))

    listed = client.get("/api/v1/message-kinds").json()
    assert {"kind", "publisher", "meaning", "receivers"} <= set(listed["data"][0])
    read = client.get("/api/v1/message-kinds/wms.goods_received.v1").json()
    assert read["properties"]["lines"]["items"] == {"$ref": "#/$defs/ReceivedLine"}
    assert client.get("/api/v1/message-kinds/wms.goods_eaten.v1").status_code == 404
