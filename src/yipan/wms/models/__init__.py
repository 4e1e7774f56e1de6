"""Index of the tables of this context, for Django to find. No code here."""

from yipan.wms.models.adjustment import Adjustment, AdjustmentLine
from yipan.wms.models.bin_move import BinMove
from yipan.wms.models.inbound_order import InboundLine, InboundOrder
from yipan.wms.models.outbound_order import OutboundLine, OutboundOrder, Pick, Wave
from yipan.wms.models.receipt import Receipt, ReceiptLine, ReceiptScan
from yipan.wms.models.shipment import Shipment, ShipmentLine
from yipan.wms.models.spot_count import SpotCount
from yipan.wms.models.stock_opening import WarehouseOpening

__all__ = [
    "Adjustment",
    "AdjustmentLine",
    "BinMove",
    "InboundLine",
    "InboundOrder",
    "OutboundLine",
    "OutboundOrder",
    "Pick",
    "Receipt",
    "ReceiptLine",
    "ReceiptScan",
    "Shipment",
    "ShipmentLine",
    "SpotCount",
    "WarehouseOpening",
    "Wave",
]
