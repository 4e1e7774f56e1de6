"""Posting rules of the ERP."""
