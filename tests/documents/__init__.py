"""Tests of what every document type shares."""
