"""Pages of POS: thin, one query or one verb each."""
