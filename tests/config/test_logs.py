"""Goal: what cannot be written down, because the disk is full, takes nobody's answer with it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

SAY = "import structlog; from yipan.config import logs; logs.configure(); "
SAY += "structlog.get_logger().warning('database_away', error='no space'); print('answered')"
FULL = Path("/dev/full")


def say(errors: int) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", SAY], stdout=subprocess.PIPE, stderr=errors, text=True, check=False
    )


def test_an_event_is_one_line_of_json() -> None:
    said = say(subprocess.PIPE)

    assert said.stdout == "answered\n"
    assert json.loads(said.stderr)["event"] == "database_away"


def test_on_a_full_disk_an_event_is_lost_and_the_answer_is_not() -> None:
    full = os.open(FULL, os.O_WRONLY)
    try:
        said = say(full)
    finally:
        os.close(full)

    assert said.stdout == "answered\n"
