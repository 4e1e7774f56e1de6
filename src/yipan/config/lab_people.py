"""
Door for the process that trades at a demo retailer: `python -m yipan.config.lab_people SPEED`.

It tells once a second what happened so far, as a line of JSON, and ends when nobody holds its
standard input any more.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Mapping
from typing import Any, Final

from yipan.config.cli.live import trade
from yipan.config.trouble import Trouble

TOLD_EVERY_SECONDS: Final = 1.0


def main() -> None:
    """Be the people of the demo retailer, until nobody holds the standard input any more."""
    told_at = 0.0

    def tell(counted: Mapping[str, Any]) -> None:
        nonlocal told_at
        if time.monotonic() - told_at >= TOLD_EVERY_SECONDS:
            told_at = time.monotonic()
            sys.stdout.write(json.dumps(dict(counted)) + "\n")
            sys.stdout.flush()

    threading.Thread(target=_end_with_input, daemon=True).start()
    try:
        trade(speed=float(sys.argv[1]), seed=int(time.time()), on_progress=tell)
    except Trouble as trouble:
        sys.exit(str(trouble))
    except KeyboardInterrupt:
        return


def _end_with_input() -> None:
    """Press Ctrl-C for whoever is gone."""
    sys.stdin.read()
    # A real signal: it ends a pause, too.
    os.kill(os.getpid(), signal.SIGINT)


if __name__ == "__main__":
    main()
