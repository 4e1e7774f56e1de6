"""The stock ledger: the only writer of stock."""
