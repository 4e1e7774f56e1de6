"""Papers of the hub (单据打印): its documents as PDF. An index of its modules; no code here."""

from yipan.erp.papers.adjustment import print_adjustment
from yipan.erp.papers.goods_receipt import print_receipt
from yipan.erp.papers.purchase_order import print_order
from yipan.erp.papers.transfer_note import print_transfer

__all__ = ["print_adjustment", "print_order", "print_receipt", "print_transfer"]
