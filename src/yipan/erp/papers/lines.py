"""What lines of all papers share: the goods, and the code a scanner reads back."""

from __future__ import annotations

from yipan.documents.printing import Code, Fact, Pair, name_of
from yipan.documents.printing.sheets import Text
from yipan.masterdata.rows import SiteRow, SkuRow, SupplierRow


def write_goods(sku: SkuRow, *, language: str) -> Pair:
    """Return the name of a SKU, and its code below."""
    return Pair(text=name_of(sku, language=language), sub=sku.code)


def write_code(sku: SkuRow) -> Code:
    """Return the barcode of the smallest pack of a SKU, its own code without one."""
    return Code(text=sku.barcodes[0].code if sku.barcodes else sku.code)


def write_site(label: Text, site: SiteRow | None, *, language: str) -> Fact:
    """Return a site with its code and address."""
    if site is None:
        return Fact(label=label, value="–")
    return Fact(
        label=label,
        value=name_of(site, language=language),
        sub=" · ".join(each for each in (site.code, site.address) if each),
    )


def write_supplier(label: Text, supplier: SupplierRow | None, *, language: str) -> Fact:
    """Return a supplier with its code and how to reach it."""
    if supplier is None:
        return Fact(label=label, value="–")
    reach = (supplier.code, supplier.contact, supplier.phone, supplier.address)
    return Fact(
        label=label,
        value=name_of(supplier, language=language),
        sub=" · ".join(each for each in reach if each),
    )
