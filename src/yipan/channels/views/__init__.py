"""Pages of the channels: what each is told, and whom it rings."""
