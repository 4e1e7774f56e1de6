"""Processes of the lab: each as the owner of the database, and behind real work."""

from __future__ import annotations

import os
import subprocess
import sys

from yipan.config.database import ROLE_VARIABLE


def start(
    module: str, *arguments: str, niceness: int, stdin: int | None = None
) -> subprocess.Popen[str]:
    """
    Start a module of ours; what it says and what troubles it come through pipes, line by line.

    It logs in as the owner of the database: it makes a database, or a key, of its own. `stdin`
    is as `Popen` takes it.
    """
    environment = {name: text for name, text in os.environ.items() if name != ROLE_VARIABLE}
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        env=environment,
        stdin=stdin,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    os.setpriority(os.PRIO_PROCESS, process.pid, niceness)
    return process
