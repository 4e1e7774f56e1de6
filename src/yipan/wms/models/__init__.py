"""Index of the tables of this context, for Django to find. No code here."""
