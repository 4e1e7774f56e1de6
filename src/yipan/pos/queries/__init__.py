"""Reads of POS. An index of its modules; no code here."""

from yipan.pos.queries.goods import (
    GoodsRow,
    ProductAmbiguous,
    ProductUnknown,
    find_product,
    list_catalog,
    list_quick_goods,
    search_goods,
)
from yipan.pos.queries.stock import ShopStockRow, StoreOpeningDetail, get_opening, list_stock
from yipan.pos.queries.tickets import (
    TicketDetail,
    TicketFilter,
    TicketLineRow,
    TicketRow,
    TillRow,
    find_till,
    get_ticket,
    list_register_tickets,
    list_ticket_sites,
    list_tickets,
    list_tills,
)

__all__ = [
    "GoodsRow",
    "ProductAmbiguous",
    "ProductUnknown",
    "ShopStockRow",
    "StoreOpeningDetail",
    "TicketDetail",
    "TicketFilter",
    "TicketLineRow",
    "TicketRow",
    "TillRow",
    "find_product",
    "find_till",
    "get_opening",
    "get_ticket",
    "list_catalog",
    "list_quick_goods",
    "list_register_tickets",
    "list_stock",
    "list_ticket_sites",
    "list_tickets",
    "list_tills",
    "search_goods",
]
