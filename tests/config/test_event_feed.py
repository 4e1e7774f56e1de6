"""Goal: no document takes a step that nobody can hear of, and the page of events names them all.

Method: read the verbs' modules for the steps they write down, and follow one order from the
first draft to its receipt through the public feed.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest

import yipan
from tests import retailer
from yipan.config import event_feed
from yipan.config.event_catalog import EVENTS
from yipan.documents import events
from yipan.documents.events import EventFilter

ROOT = Path(yipan.__file__).parent
#: Each module of verbs: its context, its name there, its text.
MODULES = [
    (context, path.relative_to(ROOT / context / "documents").as_posix(), path.read_text("utf-8"))
    for context in ("erp", "wms", "pos", "oms", "recon", "stocktake")
    for path in (ROOT / context / "documents").rglob("*.py")
]
#: A step as a verb names it, where it is written down or handed on to be.
STEP = re.compile(r'(?:step="|note\(case, "|cases\.(?:step|mark)\(case, ")([a-z_]+)"')
#: Steps the ledger or a pick knows and no trail.
NO_STEPS_OF_A_TRAIL = {
    "wms": {
        "pick",
        "drop",
        "undo",
        "decide",
        "stop",
        "put",
        "replenish",
        "overpick",
        "unpick",
        "undo_receipt",
    },
    "pos": set(),
    "erp": set(),
    "oms": {"reserve", "rest", "send_elsewhere"},
    "recon": set(),
    "stocktake": set(),
}

#: A stocktake is a document of the system whose site it is of.
SYSTEMS = {"stocktake": ("wms", "pos")}


@pytest.mark.parametrize("context", ["erp", "wms", "pos", "oms", "recon", "stocktake"])
def test_every_step_a_verb_takes_has_its_event(context: str) -> None:
    systems = SYSTEMS.get(context, (context,))
    listed = {step for (system, _), steps in EVENTS.items() if system in systems for step in steps}
    taken = {step for owner, _, text in MODULES if owner == context for step in STEP.findall(text)}

    assert taken - listed - NO_STEPS_OF_A_TRAIL[context] == set()


def test_every_type_of_document_has_events() -> None:
    types = {
        (system, name)
        for context, _, text in MODULES
        for system in SYSTEMS.get(context, (context,))
        for name in re.findall(r'^(?:[A-Z]+_)?TYPE = "([a-z_]+)"', text, flags=re.MULTILINE)
    }

    assert types - EVENTS.keys() == set()


def test_every_step_written_down_says_whose_it_is() -> None:
    silent = [
        f"{context}/{name}"
        for context, name, text in MODULES
        for step in re.split(r"\b(?:trail\.)?Step\(\n", text)[1:]
        if not re.search(r'system="|system=stocktake.system', step[: step.index(")\n")])
    ]

    assert silent == []


def test_every_step_has_a_word_for_what_has_happened() -> None:
    steps = {step for steps in EVENTS.values() for step in steps}

    assert steps - events.FACTS.keys() == set()
    assert len({kind for kind, _, _ in event_feed.list_kinds()}) == len(event_feed.list_kinds())


@pytest.mark.django_db
def test_an_order_is_heard_of_from_the_draft_to_the_sale() -> None:
    retailer.open_retailer()
    order = retailer.order(("TEA-250", 10))
    retailer.deliver()
    retailer.receive(order.inbound_order_number, ("TEA-250", 10, 0), is_last=True)
    retailer.sell(("TEA-250", 1))
    retailer.deliver()

    found, _ = event_feed.read(EventFilter(), after="", limit=500, lag=timedelta(0))
    kinds = [event.kind for event in found]

    assert [kind for kind in kinds if "purchase_order" in kind] == [
        "erp.purchase_order.created.v1",
        "erp.purchase_order.approved.v1",
        "erp.purchase_order.sent.v1",
        "erp.purchase_order.received.v1",
    ]
    for kind in (
        "wms.inbound_order.released.v1",
        "wms.receipt.posted.v1",
        "erp.goods_receipt.posted.v1",
        "pos.ticket.posted.v1",
        "erp.sales_issue.posted.v1",
    ):
        assert kinds.count(kind) == 1
    ticket = next(event for event in found if event.document_type == "ticket")
    assert ticket.facts == {"quantity": 1}
    assert ticket.sites == ("S12",)
    assert event_feed.write_event(ticket)["source"] == "pos:S12/documents"
