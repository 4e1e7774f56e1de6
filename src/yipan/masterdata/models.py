"""SKU, site, bin, party, calendar."""
