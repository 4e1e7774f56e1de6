"""Steps of a promise."""
