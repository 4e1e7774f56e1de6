"""Index of the tables of master data, for Django to find. No code here."""

from yipan.masterdata.models.goods import Barcode, Category, Sku
from yipan.masterdata.models.jobs import Job
from yipan.masterdata.models.limits import AdjustmentLimit
from yipan.masterdata.models.parties import BusinessCalendar, ClosedDay, Customer, Supplier
from yipan.masterdata.models.places import Aisle, Bin, Site, Zone
from yipan.masterdata.models.promotions import Promotion

__all__ = [
    "AdjustmentLimit",
    "Aisle",
    "Barcode",
    "Bin",
    "BusinessCalendar",
    "Category",
    "ClosedDay",
    "Customer",
    "Job",
    "Promotion",
    "Site",
    "Sku",
    "Supplier",
    "Zone",
]
