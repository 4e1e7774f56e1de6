"""Who hears what: the whole wiring of the system on one page."""

from __future__ import annotations

from typing import Final

from yipan.config import node
from yipan.erp import handlers as erp_handlers
from yipan.exchange import resend
from yipan.exchange.subscriptions import (
    AnySubscription,
    Route,
    RunSubscription,
    Subscription,
    connect,
)
from yipan.messages import (
    counts,
    erp,
    erp_planning,
    erp_purchasing,
    erp_stores,
    oms,
    oms_demand,
    planning,
    pos,
    pos_orders,
    reversals,
    till,
    wms,
)
from yipan.messages.erp_promotions import PromotionChanged
from yipan.messages.limits import AdjustmentLimitChanged
from yipan.oms import handlers as oms_handlers
from yipan.planning import handlers as planning_handlers
from yipan.pos import handlers as pos_handlers
from yipan.recon import handlers as recon_handlers
from yipan.wms import handlers as wms_handlers

#: Which receiver does what with which kind of message.
SUBSCRIPTIONS: Final[tuple[AnySubscription, ...]] = (
    Subscription(receiver="wms", message=erp.InboundReleased, handler=wms_handlers.expect_inbound),
    Subscription(receiver="wms", message=erp.InboundCanceled, handler=wms_handlers.cancel_inbound),
    Subscription(
        receiver="wms", message=erp_purchasing.InboundChanged, handler=wms_handlers.change_inbound
    ),
    Subscription(
        receiver="wms", message=erp_purchasing.ArrivalAnnounced, handler=wms_handlers.expect_arrival
    ),
    Subscription(
        receiver="wms", message=erp_purchasing.ArrivalCanceled, handler=wms_handlers.cancel_arrival
    ),
    Subscription(
        receiver="wms",
        message=erp_purchasing.ReceiptReversalOrdered,
        handler=wms_handlers.undo_receipt,
    ),
    Subscription(receiver="wms", message=erp.OutboundReleased, handler=wms_handlers.send_outbound),
    Subscription(
        receiver="wms", message=erp.OutboundCanceled, handler=wms_handlers.cancel_outbound
    ),
    RunSubscription(
        receiver="wms", message=oms.FulfillmentReleased, handler=wms_handlers.send_fulfillments
    ),
    Subscription(
        receiver="wms", message=oms.FulfillmentCanceled, handler=wms_handlers.cancel_fulfillment
    ),
    Subscription(
        receiver="pos", message=oms.FulfillmentReleased, handler=pos_handlers.take_fulfillment
    ),
    Subscription(
        receiver="pos", message=oms.FulfillmentCanceled, handler=pos_handlers.cancel_fulfillment
    ),
    Subscription(
        receiver="wms",
        message=erp.AdjustmentDecided,
        handler=wms_handlers.take_adjustment_decision,
    ),
    Subscription(
        receiver="wms",
        message=erp.AdjustmentOrdered,
        handler=wms_handlers.take_ordered_adjustment,
    ),
    Subscription(
        receiver="erp", message=wms.GoodsReceived, handler=erp_handlers.book_goods_received
    ),
    Subscription(
        receiver="erp",
        message=wms.CustomerReturnReceived,
        handler=erp_handlers.book_customer_return,
    ),
    Subscription(
        receiver="erp", message=wms.StatusChanged, handler=erp_handlers.book_status_changed
    ),
    Subscription(
        receiver="erp", message=wms.GoodsInspected, handler=erp_handlers.book_goods_inspected
    ),
    Subscription(receiver="erp", message=wms.ReceiptMatched, handler=erp_handlers.match_receipt),
    RunSubscription(
        receiver="erp", message=wms.GoodsShipped, handler=erp_handlers.book_warehouse_shipments
    ),
    Subscription(
        receiver="erp", message=wms.AdjustmentSubmitted, handler=erp_handlers.take_adjustment
    ),
    Subscription(
        receiver="erp", message=pos.AdjustmentSubmitted, handler=erp_handlers.take_adjustment
    ),
    Subscription(
        receiver="erp", message=wms.AdjustmentPosted, handler=erp_handlers.book_adjustment
    ),
    Subscription(
        receiver="erp", message=pos.AdjustmentPosted, handler=erp_handlers.book_adjustment
    ),
    Subscription(
        receiver="erp", message=wms.ShipmentReversed, handler=erp_handlers.book_shipment_reversed
    ),
    Subscription(
        receiver="erp",
        message=reversals.TransferShipmentReversed,
        handler=erp_handlers.book_shipment_reversed,
    ),
    Subscription(
        receiver="erp",
        message=reversals.ReceiptReversed,
        handler=erp_handlers.book_receipt_reversed,
    ),
    Subscription(
        receiver="erp",
        message=reversals.TransferReceiptReversed,
        handler=erp_handlers.book_store_receipt_reversed,
    ),
    Subscription(
        receiver="erp",
        message=reversals.WarehouseOpeningReversed,
        handler=erp_handlers.book_opening_reversed,
    ),
    Subscription(
        receiver="erp",
        message=reversals.StoreOpeningReversed,
        handler=erp_handlers.book_opening_reversed,
    ),
    Subscription(
        receiver="erp", message=pos.TransferShipped, handler=erp_handlers.book_store_shipment
    ),
    Subscription(
        receiver="erp", message=pos.TransferReceived, handler=erp_handlers.book_store_receipt
    ),
    Subscription(receiver="erp", message=wms.StockOpened, handler=erp_handlers.book_stock_opened),
    RunSubscription(receiver="pos", message=till.TicketClosed, handler=pos_handlers.post_tickets),
    Subscription(receiver="pos", message=erp.InboundReleased, handler=pos_handlers.expect_inbound),
    Subscription(receiver="pos", message=erp.InboundCanceled, handler=pos_handlers.cancel_order),
    Subscription(receiver="pos", message=erp.OutboundReleased, handler=pos_handlers.ask_outbound),
    Subscription(receiver="pos", message=erp.OutboundCanceled, handler=pos_handlers.cancel_order),
    Subscription(receiver="erp", message=pos.CashMoved, handler=erp_handlers.book_cash),
    RunSubscription(
        receiver="erp", message=wms.OutboundProgressed, handler=erp_handlers.follow_outbound
    ),
    Subscription(receiver="erp", message=wms.PickShorted, handler=erp_handlers.note_shortage),
    Subscription(receiver="erp", message=pos.DaySealed, handler=erp_handlers.answer_day),
    Subscription(
        receiver="pos", message=erp.DayCloseAnswered, handler=pos_handlers.take_day_answer
    ),
    Subscription(
        receiver="pos", message=erp.AdjustmentDecided, handler=pos_handlers.decide_adjustment
    ),
    Subscription(
        receiver="pos", message=erp.AdjustmentOrdered, handler=pos_handlers.post_ordered_adjustment
    ),
    Subscription(
        receiver="erp",
        message=pos.ReplenishmentRequested,
        handler=erp_handlers.take_replenishment_request,
    ),
    Subscription(
        receiver="pos",
        message=erp_stores.ReplenishmentAnswered,
        handler=pos_handlers.take_replenishment_answer,
    ),
    RunSubscription(
        receiver="erp", message=pos_orders.DifferenceOpened, handler=recon_handlers.open_doubts
    ),
    Subscription(
        receiver="erp", message=pos_orders.DifferenceClosed, handler=recon_handlers.close_doubt
    ),
    Subscription(
        receiver="erp", message=pos_orders.CountRecorded, handler=recon_handlers.take_count
    ),
    Subscription(
        receiver="erp", message=counts.WarehouseCountRecorded, handler=recon_handlers.take_count
    ),
    Subscription(
        receiver="erp", message=counts.StoreCountCorrected, handler=recon_handlers.take_correction
    ),
    Subscription(
        receiver="erp",
        message=counts.WarehouseCountCorrected,
        handler=recon_handlers.take_correction,
    ),
    Subscription(
        receiver="wms", message=counts.CorrectionProposed, handler=wms_handlers.take_proposal
    ),
    Subscription(
        receiver="pos", message=counts.CorrectionProposed, handler=pos_handlers.take_proposal
    ),
    RunSubscription(receiver="erp", message=pos.TicketPosted, handler=erp_handlers.book_tickets),
    Subscription(receiver="erp", message=pos.StockOpened, handler=erp_handlers.book_stock_opened),
    RunSubscription(receiver="wms", message=erp.SkuChanged, handler=wms_handlers.follow_skus),
    RunSubscription(receiver="pos", message=erp.SkuChanged, handler=pos_handlers.follow_skus),
    Subscription(receiver="wms", message=erp.SiteChanged, handler=wms_handlers.follow_site),
    Subscription(receiver="pos", message=erp.SiteChanged, handler=pos_handlers.follow_site),
    Subscription(receiver="wms", message=AdjustmentLimitChanged, handler=wms_handlers.follow_limit),
    Subscription(receiver="pos", message=AdjustmentLimitChanged, handler=pos_handlers.follow_limit),
    Subscription(receiver="pos", message=PromotionChanged, handler=pos_handlers.follow_promotion),
    Subscription(receiver="erp", message=wms.StreamDigested, handler=erp_handlers.compare_digest),
    Subscription(receiver="erp", message=pos.StreamDigested, handler=erp_handlers.compare_digest),
    RunSubscription(
        receiver="erp", message=pos_orders.GoodsShipped, handler=erp_handlers.book_order_shipments
    ),
    Subscription(
        receiver="erp",
        message=pos_orders.StorePickupHandedOver,
        handler=erp_handlers.book_hand_over,
    ),
    Subscription(
        receiver="erp", message=oms.StoreDeliveryOrdered, handler=erp_handlers.order_store_delivery
    ),
    Subscription(
        receiver="erp",
        message=oms.StoreDeliveryCanceled,
        handler=erp_handlers.cancel_store_delivery,
    ),
    Subscription(
        receiver="oms",
        message=erp_stores.StoreDeliveryAnswered,
        handler=oms_handlers.follow_delivery,
    ),
    Subscription(
        receiver="oms",
        message=erp_stores.OrderGoodsReturned,
        handler=oms_handlers.note_returned_at_store,
    ),
    Subscription(
        receiver="oms",
        message=wms.CustomerReturnReceived,
        handler=oms_handlers.note_returned_goods,
    ),
    RunSubscription(
        receiver="oms", message=wms.OutboundProgressed, handler=oms_handlers.follow_warehouse
    ),
    Subscription(receiver="oms", message=wms.PickShorted, handler=oms_handlers.source_short_pick),
    RunSubscription(receiver="oms", message=wms.GoodsShipped, handler=oms_handlers.note_shipments),
    Subscription(
        receiver="oms", message=wms.ShipmentReversed, handler=oms_handlers.take_shipment_back
    ),
    Subscription(
        receiver="oms", message=pos_orders.FulfillmentAccepted, handler=oms_handlers.accept
    ),
    Subscription(
        receiver="oms", message=pos_orders.FulfillmentRejected, handler=oms_handlers.reject
    ),
    Subscription(
        receiver="oms", message=pos_orders.FulfillmentProgressed, handler=oms_handlers.follow_store
    ),
    Subscription(
        receiver="oms", message=pos_orders.PickShorted, handler=oms_handlers.source_store_short
    ),
    Subscription(
        receiver="oms", message=pos_orders.StorePickupStaged, handler=oms_handlers.note_staged
    ),
    Subscription(
        receiver="oms",
        message=pos_orders.StorePickupHandedOver,
        handler=oms_handlers.note_handed_over,
    ),
    Subscription(
        receiver="oms", message=pos_orders.StorePickupExpired, handler=oms_handlers.expire
    ),
    RunSubscription(
        receiver="oms", message=pos_orders.GoodsShipped, handler=oms_handlers.note_shipments
    ),
    Subscription(
        receiver="oms",
        message=pos_orders.CustomerReturnPosted,
        handler=oms_handlers.note_refund_at_store,
    ),
    Subscription(
        receiver="erp", message=planning.PurchaseApproved, handler=erp_handlers.buy_planned
    ),
    Subscription(
        receiver="erp", message=planning.TransferApproved, handler=erp_handlers.move_planned
    ),
    Subscription(
        receiver="planning",
        message=erp_planning.PlannedDocumentMade,
        handler=planning_handlers.note_document,
    ),
    Subscription(
        receiver="planning",
        message=erp_planning.PlannedDocumentEnded,
        handler=planning_handlers.end_document,
    ),
    Subscription(
        receiver="planning",
        message=erp_purchasing.PurchaseOrderChanged,
        handler=planning_handlers.follow_purchase,
    ),
    Subscription(
        receiver="planning", message=erp.OutboundReleased, handler=planning_handlers.note_route
    ),
    RunSubscription(
        receiver="planning", message=oms_demand.OrderTaken, handler=planning_handlers.note_orders
    ),
    Subscription(receiver="pos", message=erp.ResendRequested, handler=resend.take_request),
    Subscription(receiver="wms", message=erp.ResendRequested, handler=resend.take_request),
)

#: Which receiver listens to which sources. Where everything runs in one database, a site
#: system hears the hub as it would from far away.
ROUTES: Final[tuple[Route, ...]] = (
    Route(receiver="erp", prefix="wms:"),
    Route(receiver="erp", prefix="pos:"),
    Route(receiver="erp", prefix="oms:hub/deliveries"),
    Route(receiver="oms", prefix="erp:hub/deliveries"),
    Route(receiver="oms", prefix="erp:hub/returns"),
    # Orders want the shipments out of streams that are full of tickets and receipts.
    Route(receiver="oms", prefix="wms:", is_selective=True),
    Route(receiver="oms", prefix="pos:", is_selective=True),
    Route(receiver="erp", prefix="planning:"),
    Route(receiver="planning", prefix="erp:hub/planning"),
    Route(receiver="planning", prefix="erp:hub/purchasing", is_selective=True),
    Route(receiver="planning", prefix="erp:hub/orders:", is_selective=True),
    Route(receiver="planning", prefix="oms:hub/demand"),
    Route(receiver="pos", prefix="till:"),
    Route(receiver="pos", prefix="erp:hub/masterdata"),
    Route(receiver="pos", prefix="erp:hub/orders:", is_heard=node.is_for_store),
    Route(receiver="pos", prefix="oms:hub/orders:", is_heard=node.is_for_store),
    Route(receiver="wms", prefix="erp:hub/masterdata"),
    Route(receiver="wms", prefix="erp:hub/orders:", is_heard=node.is_for_warehouse),
    Route(receiver="wms", prefix="oms:hub/orders:", is_heard=node.is_for_warehouse),
)


def connect_node() -> None:
    """Connect what the role of this node hears, and nothing else."""
    here = node.list_node_receivers()
    connect(
        [each for each in SUBSCRIPTIONS if each.receiver in here],
        routes=[each for each in ROUTES if each.receiver in here],
    )
