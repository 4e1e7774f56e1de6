"""What master data says no to."""

from __future__ import annotations

from yipan.foundation.refusals import Refusal


class SkuUnknown(Refusal):
    """There is no such SKU. A message that names it waits until there is."""

    code = "masterdata.sku_unknown"
    status = 422


class SiteUnknown(Refusal):
    """There is no such site."""

    code = "masterdata.site_unknown"
    status = 422


class BarcodeAmbiguous(Refusal):
    """Two products carry this number, one the short and one the long form: mend master data."""

    code = "masterdata.barcode_ambiguous"
    status = 422


class SupplierUnknown(Refusal):
    """There is no such supplier."""

    code = "masterdata.supplier_unknown"
    status = 422


class BinUnknown(Refusal):
    """The site has no such bin."""

    code = "masterdata.bin_unknown"
    status = 422


class VersionMismatch(Refusal):
    """Somebody changed the row since it was read."""

    code = "resource.version_mismatch"
    status = 412


class RowWrong(Refusal):
    """A row of master data cannot be kept as it is; `errors` says which fields and why."""

    code = "masterdata.row_wrong"
    status = 422


class NotRepresentable(Refusal):
    """The quantity does not come out as a whole number of smallest units."""

    code = "quantity.not_representable"
    status = 422


class UnitUnknown(Refusal):
    """The SKU is not counted in this unit."""

    code = "quantity.unit_unknown"
    status = 422


class FileUnreadable(Refusal):
    """The file is no table we can read."""

    code = "import.file_unreadable"
    status = 422


class FileTooLarge(Refusal):
    """The file, or what it unpacks to, is larger than an import may be."""

    code = "import.file_too_large"
    status = 413


class ColumnsWrong(Refusal):
    """The first row does not name the columns this kind of import needs."""

    code = "import.columns_wrong"
    status = 422


class KindUnknown(Refusal):
    """There is no such kind of import or export."""

    code = "import.kind_unknown"
    status = 422
