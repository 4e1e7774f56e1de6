"""Tests of order management."""
