"""The command line: what people ask of the system from a terminal."""
