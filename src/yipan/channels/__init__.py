"""Channels (渠道): what each shop, app and marketplace is told it may sell, and how sure we are."""
