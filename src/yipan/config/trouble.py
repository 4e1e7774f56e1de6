"""What keeps Yipan from starting, said to the operator in one sentence."""

from __future__ import annotations

#: Exit codes of the command line: 1 is "the answer is no", 2 is "wrong usage" (typer's own).
EXIT_TROUBLE = 1
EXIT_LOCKED = 3


class Trouble(Exception):
    """
    Stop, and tell the operator why, in one sentence that names the way out.

    It is no Refusal: nobody asked for stock, and no API shows it.
    """

    exit_code = EXIT_TROUBLE


class AlreadyRunning(Trouble):
    """Another supervisor holds the data home."""

    exit_code = EXIT_LOCKED
