"""The console: its frame, its parts, its pages."""
