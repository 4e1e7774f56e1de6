"""A desk at a node: one process in which people do things one after the other, as they are told.

`python -m tests.nodes desk` reads lines of JSON, `[act, arguments]`, and answers each with one:
`{"done": ...}`, or `{"broken": ...}`.
"""

from __future__ import annotations

import json
import sys
import traceback

from django.db import connection

from tests.nodes import plans, stories

ACTS = {**stories.ACTS, **plans.ACTS}


def serve() -> None:
    """Do what each line names until there are no more."""
    for line in sys.stdin:
        name, arguments = json.loads(line)
        try:
            answer: dict[str, object] = {"done": ACTS[name](**arguments)}
        except Exception:  # noqa: BLE001 - told to the test, which fails with it
            connection.close()
            answer = {"broken": traceback.format_exc()}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()
