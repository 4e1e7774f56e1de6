"""Goal: the rail shows what a role may open, nothing else, and knows where the reader is."""

from __future__ import annotations

from django.urls import reverse

from tests.access.builders import an_actor
from yipan.access.roles import Role
from yipan.console import navigation


def build(*roles: Role, path: str = "/") -> list[navigation.Group]:
    return navigation.build(an_actor(*roles), path=path, count=lambda _name: 0)


def list_labels(groups: list[navigation.Group]) -> list[str]:
    return [link.label for group in groups for link in group.links]


def test_a_clerk_sees_the_store_and_no_office() -> None:
    labels = list_labels(build(Role.STORE_CLERK))

    assert "Home" in labels
    assert "Books side by side" in labels
    assert "Purchase orders" not in labels
    assert "Message sources" not in labels
    assert "People" not in labels


def test_a_group_without_pages_is_not_shown() -> None:
    groups = build(Role.STORE_CLERK)

    assert "System" not in [group.label for group in groups]
    assert all(group.links for group in groups)


def test_the_longest_beginning_is_the_page_the_reader_is_on() -> None:
    for path in ("/books/", "/books/TEA-250", "/books/erp/TEA-250/postings"):
        current = [
            link.label
            for group in build(Role.INVENTORY_CONTROLLER, path=path)
            for link in group.links
            if link.is_current
        ]

        assert current == ["Books side by side"], path


def test_home_is_current_on_home_alone() -> None:
    on_home = build(Role.ADMIN, path="/")
    elsewhere = build(Role.ADMIN, path="/design")

    assert [link.is_current for group in on_home for link in group.links].count(True) == 1
    assert not any(link.is_current for group in elsewhere for link in group.links)


def test_open_work_stands_beside_its_page() -> None:
    groups = navigation.build(
        an_actor(Role.ADMIN),
        path="/",
        count=lambda name: 3 if name == "exchange:sources" else 0,
    )

    counts = {link.label: link.count for group in groups for link in group.links}
    assert counts["Message sources"] == 3
    assert counts["Home"] == 0


def test_every_item_leads_to_a_page_of_its_own() -> None:
    names = [item.url_name for section in navigation.SECTIONS for item in section.items]

    addresses = [reverse(name) for name in names]

    assert len(set(addresses)) == len(addresses)
