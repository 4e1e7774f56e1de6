"""Child processes that do not outlive us: started apart from the terminal, ended with us."""

from __future__ import annotations

import ctypes
import functools
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import IO

from yipan.config.embedded.account import Account

PR_SET_PDEATHSIG = 1
POLL_SECONDS = 0.02


def start_child(
    command: Sequence[str | Path],
    *,
    environment: Mapping[str, str],
    death_signal: signal.Signals,
    account: Account | None = None,
    output: IO[bytes] | None = None,
    directory: str | Path = "/",
) -> subprocess.Popen[bytes]:
    """
    Start a child in a process group of its own, so that Ctrl-C reaches us alone.

    On Linux the kernel sends it `death_signal` when the thread that called this dies, even
    by kill -9. The request is made after root is dropped, because dropping clears it.
    """
    return subprocess.Popen(
        command,
        cwd=directory,
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        process_group=0,
        preexec_fn=_make_death_request(death_signal),  # noqa: PLW1509 - one system call, below
        **(account.become() if account else {}),
    )


def end_process(pid: int, *, marker: str, signals: Mapping[signal.Signals, float]) -> bool:
    """
    End a process somebody else started, when `marker` stands in its command line.

    `signals` maps each signal to how long it may take, in seconds. Return whether there was
    such a process. The marker guards against a number the system gave to another since.
    """
    if not is_ours(pid, marker=marker):
        return False
    for number, seconds in signals.items():
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        if wait_until(lambda: not is_ours(pid, marker=marker), seconds=seconds):
            return True
    return True


def is_ours(pid: int, *, marker: str) -> bool:
    """Say whether the process lives (a zombie does not) and has `marker` in its command line."""
    line = _read_proc(pid) if Path("/proc/self/stat").exists() else _ask_ps(pid)
    return not line.startswith("Z") and marker in line


def _read_proc(pid: int) -> str:
    """Return state and command line of a process, or nothing (Linux; a container has no `ps`)."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text(errors="replace").rpartition(") ")[2]
        command = Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ")
    except OSError:
        return ""
    return f"{state[:1]} {os.fsdecode(command)}"


def _ask_ps(pid: int) -> str:
    told = subprocess.run(
        ["/bin/ps", "-ww", "-o", "state=,command=", "-p", str(pid)],
        capture_output=True,
        check=False,
    )
    return os.fsdecode(told.stdout.strip())


def wait_until(holds: Callable[[], bool], *, seconds: float) -> bool:
    """Ask again and again until it holds; return whether it did in time."""
    give_up_at = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > give_up_at:
            return False
        time.sleep(POLL_SECONDS)
    return True


@functools.cache
def _find_prctl() -> Callable[..., int] | None:
    if not sys.platform.startswith("linux"):
        return None
    return ctypes.CDLL(None, use_errno=True).prctl


def _make_death_request(number: signal.Signals) -> Callable[[], None] | None:
    prctl = _find_prctl()
    if prctl is None:
        return None
    parent = os.getpid()

    def ask_the_kernel() -> None:
        prctl(PR_SET_PDEATHSIG, int(number), 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return ask_the_kernel
