"""When a web that was just started serves, and when it is plain that it never will."""

from __future__ import annotations

import http.client

ASK_SECONDS_MAX = 5.0
READY_SECONDS_MAX = 180.0
#: A web that answers with nothing but errors for so long will not mend itself: the operator is
#: told within 15 seconds of its first answer.
FAULTY_SECONDS_MAX = 10.0


class NeverReady(Exception):
    """The web does not come up, or answers every request with an error. `why` says which."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def ask(host: str, port: int) -> int | None:
    """Return the status the first page is answered with, None while nobody answers."""
    connection = http.client.HTTPConnection(host, port, timeout=ASK_SECONDS_MAX)
    try:
        connection.request("GET", "/", headers={"Host": "localhost"})
        return connection.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()


class Readiness:
    """Judges answers one after another. Times are seconds of a clock that never goes back."""

    def __init__(self, *, now: float) -> None:
        self._give_up_at = now + READY_SECONDS_MAX
        self._faulty_since: float | None = None

    def is_served(self, status: int | None, *, now: float) -> bool:
        """
        Tell whether an answer means that the web serves.

        :raises NeverReady: if it will not.
        """
        if status is not None and status < http.client.INTERNAL_SERVER_ERROR:
            return True
        if status is None:
            self._faulty_since = None
        elif self._faulty_since is None:
            self._faulty_since = now
        elif now - self._faulty_since > FAULTY_SECONDS_MAX:
            raise NeverReady(f"answers every request with an error ({status})")
        if now > self._give_up_at:
            raise NeverReady("does not come up")
        return False
