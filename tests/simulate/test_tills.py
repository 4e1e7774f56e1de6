"""Goal: tills told through the public doors reach both books, and a repeat changes nothing."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

from tests.access.builders import a_key
from tests.fastlane.doors import open_doors
from tests.simulate.test_tickets import CSV
from yipan.erp.models import SalesIssue
from yipan.exchange.delivery import deliver_pending
from yipan.ledger import queries as ledger
from yipan.masterdata import queries as masterdata
from yipan.simulate import tills
from yipan.simulate.door import ATTEMPTS_MAX, Door, DoorClosed
from yipan.simulate.tickets import Batch
from yipan.simulate.tills import Address, import_file


@pytest.mark.django_db(transaction=True)
def test_a_file_told_twice_is_booked_once_in_both_books(tmp_path: Path) -> None:
    file = tmp_path / "baskets.csv"
    file.write_text(CSV, encoding="utf-8")
    key = a_key(name="tills")
    heard: list[tuple[int, int]] = []

    with open_doors("web", "fastlane", home=tmp_path) as ports:
        address = Address(
            url=f"http://127.0.0.1:{ports['web']}",
            events_url=f"http://127.0.0.1:{ports['fastlane']}",
            key=key,
        )
        first = import_file(file, address=address, report=lambda *told: heard.append(told))
        again = import_file(file, address=address)
    deliver_pending()

    assert (first.tickets, first.lines, first.states) == (3, 4, {"applied": 3})
    assert (first.sites_made, first.skus_made) == (2, 3)
    assert (again.states, again.sites_made, again.skus_made) == ({"duplicate": 3}, 0, 0)
    assert heard[-1] == (4, 4)
    assert [site.code for site in masterdata.list_sites()] == ["S12", "S367"]
    assert masterdata.get_site("S12").time_zone == "America/New_York"
    shelf = ledger.list_balances(book="pos:S367", prefix="on_hand/")
    assert [(row.sku, row.quantity) for row in shelf] == [("CJ-A", -1), ("CJ-B", -2)]
    hub = ledger.list_balances(book="erp", prefix="on_hand/")
    assert [(row.sku, row.account, row.quantity) for row in hub] == [
        ("CJ-A", "on_hand/S367/available", -1),
        ("CJ-B", "on_hand/S367/available", -2),
        ("CJ-C", "on_hand/S12/available", -32_623),
    ]
    assert SalesIssue.objects.count() == 3


@pytest.mark.django_db(transaction=True)
def test_a_key_that_may_not_do_this_is_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "baskets.csv"
    file.write_text(CSV, encoding="utf-8")

    with open_doors("web", home=tmp_path) as ports, pytest.raises(DoorClosed) as closed:
        import_file(file, address=Address(url=f"http://127.0.0.1:{ports['web']}", key="yk_no"))

    assert "401 auth.unauthenticated" in str(closed.value)


@contextmanager
def answering(*answers: tuple[int, object]) -> Iterator[str]:
    """Serve these answers one after the other, the last of them for ever."""
    left = list(answers)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            status, body = left.pop(0) if len(left) > 1 else left[0]
            text = json.dumps(body).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


PROBLEM = {"code": "some.code", "detail": "why"}
NOTHING: dict[str, list[object]] = {"data": []}


def test_what_is_worth_asking_again_is_asked_with_pauses_that_double() -> None:
    pauses: list[float] = []

    with answering((503, PROBLEM), (429, PROBLEM), (500, PROBLEM), (200, NOTHING)) as url:
        door = Door(url, key="yk_x", pause=pauses.append)
        answer = door.post("/api/v1/events", b"[]")
        door.close()

    assert (answer, pauses) == ({"data": []}, [0.2, 0.4, 0.8])


def test_a_refusal_is_not_asked_again_and_a_closed_door_is_told() -> None:
    pauses: list[float] = []

    with answering((422, PROBLEM)) as url:
        door = Door(url, key="yk_x", pause=pauses.append)
        with pytest.raises(DoorClosed, match=r"422 some\.code why"):
            door.post("/x", b"[]")
        door.close()
    assert pauses == []

    door = Door("http://127.0.0.1:9", key="yk_x", pause=pauses.append)
    with pytest.raises(DoorClosed, match="does not answer"):
        door.post("/x", b"[]")
    assert len(pauses) == ATTEMPTS_MAX


def test_a_message_nobody_knows_the_end_of_is_told_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tills, "PAUSES_WHILE_UNKNOWN", (0.0, 0.0))
    replies = [{"data": [{"state": state, "code": ""}]} for state in ("unknown", "applied")]
    outcome = tills.Outcome()

    with answering((200, replies[0]), (200, replies[1])) as url:
        batch = Batch(body=b"[]", tickets=1, lines=2)
        tills.tell({"till:S1-1/stock": [batch]}, address=Address(url=url, key="k"), outcome=outcome)

    assert (outcome.tickets, outcome.lines, outcome.states) == (1, 2, {"applied": 1})
