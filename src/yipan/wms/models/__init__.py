"""Index of the tables of this context, for Django to find. No code here."""

from yipan.wms.models.adjustment import Adjustment, AdjustmentLine
from yipan.wms.models.arrival import ExpectedArrival, ExpectedPackage
from yipan.wms.models.bin_move import BinMove, BinMoveLine
from yipan.wms.models.inbound_order import InboundLine, InboundOrder
from yipan.wms.models.inspection import GoodsRule, Inspection, ZoneRule
from yipan.wms.models.kit import KitPart, KitWork, KitWorkLine
from yipan.wms.models.lot import Lot, Serial
from yipan.wms.models.move_task import MoveTask, PickFace
from yipan.wms.models.outbound_order import (
    OutboundLine,
    OutboundOrder,
    Pick,
    Wave,
    WaveTote,
)
from yipan.wms.models.package import Package, PackageLine
from yipan.wms.models.parcel import Load, Parcel
from yipan.wms.models.photo import Photo
from yipan.wms.models.receipt import Receipt, ReceiptLine, ReceiptScan
from yipan.wms.models.shipment import Shipment, ShipmentLine
from yipan.wms.models.spot_count import SpotCount
from yipan.wms.models.stock_opening import WarehouseOpening

__all__ = [
    "Adjustment",
    "AdjustmentLine",
    "BinMove",
    "BinMoveLine",
    "ExpectedArrival",
    "ExpectedPackage",
    "GoodsRule",
    "InboundLine",
    "InboundOrder",
    "Inspection",
    "KitPart",
    "KitWork",
    "KitWorkLine",
    "Load",
    "Lot",
    "MoveTask",
    "OutboundLine",
    "OutboundOrder",
    "Package",
    "PackageLine",
    "Parcel",
    "Photo",
    "Pick",
    "PickFace",
    "Receipt",
    "ReceiptLine",
    "ReceiptScan",
    "Serial",
    "Shipment",
    "ShipmentLine",
    "SpotCount",
    "WarehouseOpening",
    "Wave",
    "WaveTote",
    "ZoneRule",
]
