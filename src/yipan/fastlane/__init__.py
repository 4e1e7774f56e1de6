"""Thin ASGI app for the endpoints that machines call in thousands."""
