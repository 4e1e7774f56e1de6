"""Goal: a choice takes effect at the first byte, is kept with the person, and loses no place."""

from __future__ import annotations

import pytest
from django.test import Client

from tests import retailer
from tests.access.builders import a_client, a_person
from tests.pages import squeeze
from yipan.access.models import User
from yipan.access.roles import Role
from yipan.config import assets
from yipan.masterdata import records
from yipan.masterdata.rows import SiteRow

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True, scope="module")
def _translations() -> None:
    assets.compile_translations()


def test_a_language_changes_the_page_and_keeps_the_place() -> None:
    client = a_client(Role.ADMIN)

    answer = client.post("/preferences", {"language": "zh-hans", "next": "/design?x=1"})
    page = client.get("/design").content.decode()

    assert (answer.status_code, answer["Location"]) == (302, "/design?x=1")
    assert '<html lang="zh-hans"' in squeeze(page)
    assert "设计系统" in page
    assert User.objects.get().language == "zh-hans"


def test_another_device_starts_with_the_language_and_theme_of_the_person() -> None:
    person = a_person(Role.ADMIN)
    person.language, person.theme = "zh-hans", "dark"
    person.save()
    client = Client()
    client.force_login(person)

    page = client.get("/design").content.decode()

    assert '<html lang="zh-hans" data-theme="dark"' in squeeze(page)


def test_the_cookie_of_this_device_comes_first() -> None:
    client = a_client(Role.ADMIN)
    client.post("/preferences", {"theme": "dark"})
    client.cookies["yipan_theme"] = "contrast"

    assert 'data-theme="contrast"' in client.get("/design").content.decode()
    assert User.objects.get().theme == "dark"


@pytest.mark.parametrize("name", ["theme", "density", "rail", "language"])
def test_a_choice_nobody_offers_is_forgotten(name: str) -> None:
    client = a_client(Role.ADMIN)

    answer = client.post("/preferences", {name: '"><script>'})

    assert answer.cookies == {}
    assert "<script>" not in client.get("/design").content.decode().replace("<script ", "")


def test_the_way_back_never_leads_elsewhere() -> None:
    client = a_client(Role.ADMIN)

    for target in ("https://evil.example/", "//evil.example/", "javascript:alert(1)"):
        answer = client.post("/preferences", {"theme": "dark", "next": target})
        assert answer["Location"] == "/"


def test_a_chosen_site_brings_its_time_zone() -> None:
    retailer.open_retailer()
    client = a_client(Role.ADMIN)

    answer = client.post("/preferences", {"site": "S12"})
    unknown = client.post("/preferences", {"site": "S99"})

    assert answer.cookies["yipan_site"].value == "S12"
    assert answer.cookies["yipan_zone"].value == "Asia/Shanghai"
    assert unknown.cookies["yipan_site"].value == ""


def test_a_chain_of_many_sites_has_a_search_in_the_menu() -> None:
    retailer.open_retailer()
    few = a_client(Role.ADMIN).get("/design").content.decode()
    records.save_sites(
        [SiteRow(code=f"S{n}", site_type="store", name=f"Store {n}") for n in range(20, 60)]
    )
    client = a_client(Role.STORE_CLERK, username="bo", sites=["S21", "S22", "S31"])

    many = Client()
    many.force_login(User.objects.get(username="ann"))

    assert "menu-search" not in few
    assert "menu-search" in many.get("/design").content.decode()
    hits = many.get("/sites", {"q": "store 33"}).content.decode()
    assert hits.count("<button") == 1
    assert client.get("/sites", {"q": "store"}).content.decode().count("<button") == 3


def test_choices_are_sent_not_fetched() -> None:
    assert a_client(Role.ADMIN).get("/preferences?theme=dark").status_code == 405


def test_the_language_can_be_chosen_before_the_log_in() -> None:
    client = Client()

    client.post("/preferences", {"language": "zh-hans", "next": "/login"})

    assert '<html lang="zh-hans"' in squeeze(client.get("/login").content)
