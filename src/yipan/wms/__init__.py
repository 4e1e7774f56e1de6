"""A warehouse: its book down to the bin, and its documents."""
