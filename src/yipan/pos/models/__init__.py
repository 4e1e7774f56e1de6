"""Index of the tables of this context, for Django to find. No code here."""

from yipan.pos.models.adjustment import StoreAdjustment
from yipan.pos.models.difference import StoreDifference
from yipan.pos.models.fulfillment import FulfillmentScan, StoreFulfillment
from yipan.pos.models.place_move import PlaceMove
from yipan.pos.models.register_settings import OverrideCode, RegisterSettings
from yipan.pos.models.replenishment import StoreRequest
from yipan.pos.models.stock_opening import StoreOpening
from yipan.pos.models.store_count import StoreCount
from yipan.pos.models.store_day import CashMovement, StoreDay
from yipan.pos.models.store_order import StoreOrder
from yipan.pos.models.ticket import Ticket
from yipan.pos.models.till import RegisterDevice, RegisterTicket, Till
from yipan.pos.models.till_event import TillEvent
from yipan.pos.models.transfer import StoreTransfer, TransferScan

__all__ = [
    "CashMovement",
    "FulfillmentScan",
    "OverrideCode",
    "PlaceMove",
    "RegisterDevice",
    "RegisterSettings",
    "RegisterTicket",
    "StoreAdjustment",
    "StoreCount",
    "StoreDay",
    "StoreDifference",
    "StoreFulfillment",
    "StoreOpening",
    "StoreOrder",
    "StoreRequest",
    "StoreTransfer",
    "Ticket",
    "Till",
    "TillEvent",
    "TransferScan",
]
