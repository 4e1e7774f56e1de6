"""A browser, a house full of goods, and somebody logged in. Every console message is a fault."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from playwright.sync_api import BrowserContext, Page
from pytest_django.live_server_helper import LiveServer

from tests import retailer
from tests.access.builders import a_person
from tests.erp.valuing import value_all
from yipan.access.roles import Role
from yipan.config import assets

#: Debian's own; elsewhere Playwright finds its own.
CHROMIUM = Path("/usr/bin/chromium")

#: What htmx says of a request that the page itself broke off, to ask anew or to go elsewhere;
#: a request that failed also says `htmx:sendError`.
BROKEN_OFF = ("htmx:sendAbort", "htmx:afterRequest")
#: What the browser says when it asks for something while a test keeps it away from the network:
#: a page that looks from time to time whether it is back may say so until the very end.
AWAY = "net::ERR_INTERNET_DISCONNECTED"

QUIET_SECONDS_MAX = 10.0

Visitor = Callable[..., Page]


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark all tests of this folder: Playwright leaves a loop running that others cannot bear."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def base_url() -> None:
    """Addresses are given whole; the plugin's own fixture is deprecated by pytest 9."""


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Start Debian's Chromium, also as root and in a container."""
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
    found = {"executable_path": str(CHROMIUM)} if CHROMIUM.exists() else {}
    return {**browser_type_launch_args, **found, "args": arguments}


@pytest.fixture(autouse=True, scope="session")
def _allow_queries_beside_the_browser() -> Iterator[None]:
    """Playwright keeps an event loop in the thread of the tests; Django would refuse to query."""
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    yield
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(autouse=True, scope="session")
def _built() -> None:
    """Translations and the chart bundle, as a start of the house builds them."""
    assets.compile_translations()
    assert assets.write_chart_bundle()


@pytest.fixture
def goods(request: pytest.FixtureRequest) -> None:
    """97 of 100 received, 5 sold, one ticket parked, one on its way."""
    request.getfixturevalue("transactional_db")
    retailer.open_retailer()
    purchase = retailer.order(("TEA-250", 100), ("SOAP-1", 24))
    retailer.deliver()
    retailer.receive(purchase.inbound_order_number, ("TEA-250", 95, 2))
    retailer.open_store("S12", ("TEA-250", 10), ("MUG-1", 2))
    retailer.sell(("TEA-250", 3), ("MUG-1", 5))
    retailer.sell(("NEW-1", 1))
    retailer.deliver()
    retailer.sell(("TEA-250", 2))
    retailer.draft(("RICE-5", 40))
    value_all()


@pytest.fixture
def complaints() -> list[str]:
    """What the browser complained of so far; asserted to be nothing by `visit`."""
    return []


@pytest.fixture
def visit(
    context: BrowserContext, live_server: LiveServer, complaints: list[str]
) -> Iterator[Visitor]:
    """Return what opens a browser in which somebody of some roles is logged in."""

    def hear(page: Page, text: str) -> None:
        if not text.startswith(BROKEN_OFF) and AWAY not in text:
            complaints.append(f"{page.url}: {text}")

    def open_page(*roles: Role, username: str = "ann", sites: list[str] | None = None) -> Page:
        client = Client()
        client.force_login(a_person(*roles, username=username, sites=sites or []))
        [session] = client.cookies.values()
        context.add_cookies([{"name": session.key, "value": session.value, "url": live_server.url}])
        page = context.new_page()
        page.on("console", lambda said: hear(page, said.text))
        page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: complaints.append(f"{page.url}: {dialog.message}"))
        return page

    yield open_page
    for page in context.pages:
        # A request that is still answered would lock tables that are about to be emptied.
        page.wait_for_load_state("networkidle")
        page.close()
    context.close()
    wait_until_quiet()
    assert complaints == []


def wait_until_quiet() -> None:
    """Wait until the server answers nobody any more: workers of a page ask without one."""
    give_up_at = time.monotonic() + QUIET_SECONDS_MAX
    while time.monotonic() < give_up_at:
        with connection.cursor() as cursor:
            cursor.execute(
                "select count(*) from pg_stat_activity where datname = current_database()"
                " and pid <> pg_backend_pid() and backend_type = 'client backend'"
                " and state <> 'idle'"
            )
            if cursor.fetchone()[0] == 0:
                return
        time.sleep(0.05)


@pytest.fixture
def choose(context: BrowserContext, live_server: LiveServer) -> Callable[..., None]:
    """Return what sets choices of the reader, as the menus would."""
    names = {"language": "django_language", "theme": "yipan_theme", "site": "yipan_site"}

    def set_cookies(**choices: str) -> None:
        for name, value in choices.items():
            cookie = {"name": names[name], "value": value, "url": live_server.url}
            context.add_cookies([cookie])  # type: ignore[list-item]

    return set_cookies
