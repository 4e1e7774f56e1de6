"""The edge: what every request passes before its own function is called."""
