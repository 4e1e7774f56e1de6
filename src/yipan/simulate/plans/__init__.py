"""Fault plans: what goes wrong, where, when and how often, as files anybody can write."""
