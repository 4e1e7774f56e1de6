"""Reads of the ERP."""
