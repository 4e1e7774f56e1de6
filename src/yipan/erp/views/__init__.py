"""Pages of the ERP: thin, one query or one verb each."""
