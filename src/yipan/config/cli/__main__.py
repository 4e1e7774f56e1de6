"""`python -m yipan.config.cli`."""

from yipan.config.cli.app import main

main()
