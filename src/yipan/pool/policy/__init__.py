"""Index of who keeps channels, rules and services. No code here."""
