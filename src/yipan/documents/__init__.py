"""What every document type shares: base, states, locking."""
