"""Index of the tables of this context, for Django to find. No code here."""

from yipan.pos.models.stock_opening import StoreOpening
from yipan.pos.models.ticket import Ticket
from yipan.pos.models.till import RegisterTicket, Till

__all__ = ["RegisterTicket", "StoreOpening", "Ticket", "Till"]
