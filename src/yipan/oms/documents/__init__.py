"""Index of the verbs of order management. No code here."""
