"""Index of the verbs of the channels. No code here."""
