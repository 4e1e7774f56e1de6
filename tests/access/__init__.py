"""Tests of people, roles, keys and the audit."""
