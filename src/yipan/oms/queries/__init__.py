"""Index of the reads of order management. No code here."""
