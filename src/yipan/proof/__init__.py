"""The proof of the whole: what the ledger, the message log and the sites find on live data."""
