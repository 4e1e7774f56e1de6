"""Verbs of master data: records, price lists, calendars, imports."""
