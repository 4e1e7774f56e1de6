"""All systems in one process, over a scratch database and a clock of its own."""
