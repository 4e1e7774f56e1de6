"""Who hears what: the whole wiring of the system on one page."""
