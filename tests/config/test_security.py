"""
Goal: a page loads nothing foreign, runs nothing inline, and lends nothing to other houses.

Method: every page of the product, as the role that sees most, is read for its headers and
its markup; what Django's own check finds about a server behind https has to be nothing.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from html.parser import HTMLParser

import pytest
from django.conf import settings
from django.http import HttpRequest
from django.test import Client, RequestFactory, override_settings

from tests.access import addresses, world
from tests.access.builders import PASSWORD, a_client, a_person
from tests.access.routes import list_routes
from yipan.access.devices import get_address
from yipan.access.limits import CALLERS_MAX, TokenBuckets
from yipan.access.roles import Role

pytestmark = pytest.mark.django_db

EVERY_ROLE_OF_PEOPLE = tuple(role for role in Role if role is not Role.INTEGRATION)


class Inline(HTMLParser):
    """Collect what the content policy would refuse, or what would load from elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named = {name: value or "" for name, value in attrs}
        self.found += [f"{tag} {name}" for name in named if name.startswith("on")]
        self.found += [f"{tag} style"] if "style" in named else []
        is_inline = tag == "style" or (tag == "script" and "src" not in named)
        # Data for our own modules is no script.
        if is_inline and named.get("type") != "application/json":
            self.found.append(tag)
        loads = {"script": "src", "link": "href", "img": "src", "iframe": "src", "form": "action"}
        address = named.get(loads.get(tag, ""), "")
        if re.match(r"(?:https?:)?//|javascript:", address):
            self.found.append(f"{tag} {address}")


def test_every_page_keeps_the_content_policy_and_its_headers() -> None:
    objects = world.build()
    client = a_client(*EVERY_ROLE_OF_PEOPLE, username="all", sites=["W1", "S12"])
    faults = []
    pages = [route for route in list_routes() if not route.is_api]
    for route in pages:
        address = addresses.fill(route, objects.own)
        answer = client.get(address)
        if "html" not in answer.headers.get("Content-Type", ""):
            continue
        parser = Inline()
        parser.feed(answer.content.decode())
        faults += [(address, fault) for fault in parser.found]
        policy = answer.headers["Content-Security-Policy"]
        if "default-src 'self'" not in policy or "unsafe" in policy:
            faults.append((address, policy))
        if (
            answer.headers["Cache-Control"] != "no-store"
            and "no-store" not in answer.headers["Cache-Control"]
        ):
            faults.append((address, "may be cached"))

    assert faults == []
    assert len(pages) > 15


def test_an_answer_carries_the_headers_that_guard_it() -> None:
    headers = Client().get("/login").headers

    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Permissions-Policy"].startswith("camera=(self)")


def test_the_cookies_of_a_session_are_out_of_reach_of_scripts() -> None:
    a_person(Role.PURCHASER)
    client = Client()
    client.post("/login", {"username": "ann", "password": PASSWORD})

    for name in (settings.SESSION_COOKIE_NAME, "csrftoken", "yipan_device"):
        cookie = client.cookies[name]
        assert (name, cookie["httponly"], cookie["samesite"]) == (name, True, "Lax")


def test_djangos_own_check_finds_nothing_behind_https() -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
        "PYTHONPATH": "src",
        "YIPAN_HTTPS": "1",
        "YIPAN_HOSTS": "yipan.example",
        "YIPAN_SECRET_KEY": "".join(chr(33 + (7 * place) % 90) for place in range(64)),
    }
    check = [sys.executable, "-W", "ignore", "-m", "django", "check", "--deploy"]

    result = subprocess.run(
        [*check, "--fail-level", "WARNING"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.stderr.strip() == ""
    assert result.stdout.strip() == "System check identified no issues (0 silenced)."


def test_behind_https_a_short_secret_key_does_not_start() -> None:
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "yipan.config.settings",
        "PYTHONPATH": "src",
        "YIPAN_HTTPS": "1",
        "YIPAN_SECRET_KEY": "short",
    }

    result = subprocess.run(
        [sys.executable, "-m", "django", "check"],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )

    assert result.returncode == 1
    assert "behind https, set YIPAN_SECRET_KEY" in result.stderr


def make_request(forwarded: str) -> HttpRequest:
    return RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", headers={"X-Forwarded-For": forwarded})


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "6.6.6.6", "10.0.0.9"),
        (1, "6.6.6.6, 203.0.113.7", "203.0.113.7"),
        (2, "6.6.6.6, 203.0.113.7, 10.0.0.1", "203.0.113.7"),
        (2, "203.0.113.7", "10.0.0.9"),
        (1, "", "10.0.0.9"),
    ],
)
def test_an_address_is_believed_as_far_as_our_own_proxies_wrote_it(
    proxies: int, forwarded: str, address: str
) -> None:
    with override_settings(YIPAN_PROXIES=proxies):
        assert get_address(make_request(forwarded)) == address


def test_a_missing_page_is_told_in_words() -> None:
    answer = Client().get("/no/such/page")

    assert answer.status_code == 404
    assert b"There is nothing here, or it belongs to a site you do not work at." in answer.content


def test_a_fault_of_a_page_tells_its_number_only(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("yipan.console.views.login.render", fail)
    client = Client(raise_request_exception=False)

    answer = client.get("/login")

    assert answer.status_code == 500
    assert re.search(rb"urn:uuid:[0-9a-f-]{36}", answer.content)
    assert b"Nothing was changed." in answer.content
    assert b"secret detail" not in answer.content


def test_a_fault_is_told_even_when_its_page_cannot_be_drawn(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    monkeypatch.setattr("yipan.console.views.login.render", fail)
    monkeypatch.setattr("yipan.config.edge.security.render", fail)

    answer = Client(raise_request_exception=False).get("/login")

    assert answer.status_code == 500
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert re.fullmatch(rb"500 urn:uuid:[0-9a-f-]{36}\n", answer.content)


def test_a_bucket_gives_its_tokens_and_fills_with_time() -> None:
    buckets = TokenBuckets(per_second=10, burst=3)

    taken = [buckets.take("ann", now=0.0) for _ in range(4)]

    assert taken == [0, 0, 0, 100]
    assert buckets.take("bob", now=0.0) == 0
    assert buckets.take("ann", now=0.05) == 50
    assert buckets.take("ann", now=0.1) == 0
    assert [buckets.take("ann", now=100.0) for _ in range(4)] == [0, 0, 0, 100]


def test_buckets_forget_the_caller_who_was_silent_longest() -> None:
    buckets = TokenBuckets(per_second=1, burst=1)
    assert buckets.take("first", now=0.0) == 0
    for number in range(CALLERS_MAX):
        buckets.take(f"caller {number}", now=0.0)

    assert buckets.take("first", now=0.0) == 0
