"""Index of the tables of order management, for Django to find. No code here."""

from yipan.oms.models.fulfillment import FulfillmentLine, FulfillmentOrder, SourcingDecision
from yipan.oms.models.order import ChannelOrder, OrderLine, OrderNote
from yipan.oms.models.order_return import OrderReturn, OrderReturnLine
from yipan.oms.models.sourcing_rules import SourcingRules

__all__ = [
    "ChannelOrder",
    "FulfillmentLine",
    "FulfillmentOrder",
    "OrderLine",
    "OrderNote",
    "OrderReturn",
    "OrderReturnLine",
    "SourcingDecision",
    "SourcingRules",
]
