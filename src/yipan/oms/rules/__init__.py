"""Index of the pure decisions of order management. No code here."""
