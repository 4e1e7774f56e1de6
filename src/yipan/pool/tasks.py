"""What the clock starts in the pool."""
