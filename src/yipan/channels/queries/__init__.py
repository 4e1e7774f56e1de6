"""Index of the reads of the channels. No code here."""
