"""Verbs of what stock is worth: cost layers, landed cost, periods, true-ups."""
