"""Names of sources (来源系统): who says something, and in which of its streams."""

from __future__ import annotations

import re
from typing import Final, NamedTuple

from yipan.foundation.refusals import Refusal

SOURCE_LENGTH_MAX: Final = 96

_NAME = re.compile(
    r"(?P<system>[a-z]+):(?P<place>[A-Za-z0-9._-]+)/(?P<stream>[a-z]+)"
    r"(:(?P<address>[A-Za-z0-9._-]+))?"
)
_AS_URI = re.compile(r"yipan://([a-z]+)/(.+)")


class SourceUnknown(Refusal):
    """Nobody has been heard under this name, and nothing was told under it."""

    code = "exchange.source_unknown"
    status = 404


class Source(NamedTuple):
    """`pos:S12/stock` is system `pos` at place `S12`, telling its stream `stock`."""

    system: str
    place: str
    stream: str
    address: str

    @property
    def site(self) -> str:
        """Return the site it belongs to or is addressed to; "" when it is for all sites."""
        if self.address:
            return self.address
        if self.system == "till":
            return self.place.rpartition("-")[0] or self.place
        return "" if self.system == "erp" else self.place


def find_source(name: str) -> Source | None:
    """Return the parts of a source's name, or None when it is no such name."""
    found = _NAME.fullmatch(name) if len(name) <= SOURCE_LENGTH_MAX else None
    return Source(**found.groupdict(default="")) if found else None


def get_site(name: str) -> str:
    """Return the site a source belongs to, "" when it is for all sites or no source at all."""
    found = find_source(name)
    return found.site if found else ""


def is_masterdata(name: str) -> bool:
    """Return whether a source tells master data, for which parked messages may wait."""
    found = find_source(name)
    return found is not None and found.stream == "masterdata"


def make_plain(name: str) -> str:
    """Return the short name of a source that may be written as `yipan://wms/W1/stock`."""
    return _AS_URI.sub(r"\1:\2", name)
