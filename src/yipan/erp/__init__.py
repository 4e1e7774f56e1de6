"""The ERP hub: site-level documents of the whole retailer."""
