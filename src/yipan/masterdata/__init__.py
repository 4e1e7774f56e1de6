"""SKU, unit, site, bin, party, calendar."""
