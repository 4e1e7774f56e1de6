"""The demo retailer."""

from __future__ import annotations


def build() -> bool:
    """Make the demo retailer where there is none; see `yipan.demo.retailer.build`."""
    # Its modules import models, which exist only once Django is set up.
    from yipan.demo import retailer  # noqa: PLC0415

    return retailer.build()
