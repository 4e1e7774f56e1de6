"""Pages of the shell, and of the floors below the contexts."""
