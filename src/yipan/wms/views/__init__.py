"""Pages of WMS: thin, one query or one verb each."""
