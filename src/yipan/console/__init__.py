"""The shell of the user interface."""
