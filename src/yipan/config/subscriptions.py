"""Who hears what: the whole wiring of the system on one page."""

from __future__ import annotations

from typing import Final

from yipan.config import node
from yipan.exchange.subscriptions import AnySubscription, Route, connect

#: Which receiver does what with which kind of message.
SUBSCRIPTIONS: Final[tuple[AnySubscription, ...]] = ()

#: Which receiver listens to which sources. Where everything runs in one database, a site
#: system hears the hub as it would from far away.
ROUTES: Final[tuple[Route, ...]] = (
    Route(receiver="erp", prefix="wms:"),
    Route(receiver="erp", prefix="pos:"),
    Route(receiver="pos", prefix="till:"),
    Route(receiver="pos", prefix="erp:hub/masterdata"),
    Route(receiver="pos", prefix="erp:hub/orders:", is_heard=node.is_for_store),
    Route(receiver="wms", prefix="erp:hub/masterdata"),
    Route(receiver="wms", prefix="erp:hub/orders:", is_heard=node.is_for_warehouse),
)


def connect_node() -> None:
    """Connect what the role of this node hears, and nothing else."""
    here = node.list_node_receivers()
    connect(
        [each for each in SUBSCRIPTIONS if each.receiver in here],
        routes=[each for each in ROUTES if each.receiver in here],
    )
