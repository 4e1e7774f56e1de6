"""Goal: an administrator does all of it on screen, and the audit tells it afterwards."""

from __future__ import annotations

import re

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client

from tests.access.builders import NOON, PASSWORD, a_client, a_key, a_person, an_actor
from yipan.access import audit, keys, people
from yipan.access.actors import SYSTEM, load_actor
from yipan.access.models import ApiKey, AuditEntry, User
from yipan.access.roles import Role
from yipan.masterdata.models import Site

pytestmark = pytest.mark.django_db

NEW = "another long password"


@pytest.fixture(autouse=True)
def sites() -> None:
    for code, kind in (("S1", "store"), ("S12", "store"), ("W1", "warehouse")):
        Site.objects.create(code=code, site_type=kind, name=f"Site {code}")


@pytest.fixture
def admin() -> Client:
    return a_client(Role.ADMIN, username="root")


def fill_person(**changes: object) -> dict[str, object]:
    return {
        "username": "lin",
        "display_name": "Lin 林",
        "email": "",
        "language": "zh-hans",
        "is_active": "on",
        "roles": ["store_clerk"],
        "sites": ["S12"],
        "password": NEW,
        **changes,
    }


def find_person(username: str) -> people.PersonRow:
    return people.get_person(User.objects.get(username=username).pk)


def test_a_person_is_let_in_and_can_log_in(admin: Client) -> None:
    response = admin.post("/access/people/new", fill_person())

    person = find_person("lin")
    assert response.status_code == 302
    assert (person.roles, person.sites) == ((Role.STORE_CLERK,), ("S12",))
    assert person.sees_every_site is False
    entry = audit.list_entries(audit.AuditFilter(action="access.person_created"))[0]
    assert (entry.actor, entry.subject) == ("root", "person:lin")
    assert Client().post("/login", {"username": "lin", "password": NEW}).status_code == 302


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"roles": []}, "Choose at least one role."),
        ({"sites": []}, "These roles work at a site: choose at least one."),
        ({"username": "root"}, "Somebody has this name."),
        ({"username": "ROOT"}, "Somebody has this name."),
        ({"username": "a b"}, "Enter a valid username."),
        ({"password": "short"}, "This password is too short."),
        ({"sites": ["S99"]}, "Select a valid choice."),
    ],
)
def test_what_does_not_fit_is_said_at_the_field_and_nobody_is_let_in(
    admin: Client, changes: dict[str, object], message: str
) -> None:
    response = admin.post("/access/people/new", fill_person(**changes))

    assert response.status_code in {200, 422}
    assert message in response.content.decode()
    assert User.objects.exclude(username="root").exists() is False


def test_a_change_of_roles_counts_from_the_next_click_and_is_audited(admin: Client) -> None:
    person = a_person(Role.STORE_CLERK, username="lin", sites=["S12"])
    changes = fill_person(roles=["store_clerk", "store_manager"], display_name="", language="")

    admin.post(f"/access/people/{person.pk}", changes)

    assert load_actor(User.objects.get(pk=person.pk)).may("pos.refund") is True
    entry = audit.list_entries(audit.AuditFilter(action="access.person_changed"))[0]
    assert entry.before == {"roles": ["store_clerk"]}
    assert entry.after == {"roles": ["store_clerk", "store_manager"]}


def test_the_last_administrator_stays_one(admin: Client) -> None:
    root = User.objects.get(username="root")

    response = admin.post(f"/access/people/{root.pk}", fill_person(roles=["finance"], sites=[]))

    assert "Somebody has to stay administrator." in response.content.decode()
    assert find_person("root").roles == (Role.ADMIN,)


def test_a_person_put_to_rest_is_out_at_the_next_click(admin: Client) -> None:
    clerk = a_client(Role.STORE_CLERK, username="lin", sites=["S12"])
    person = User.objects.get(username="lin")
    assert clerk.get("/access/account").status_code == 200

    admin.post(f"/access/people/{person.pk}", fill_person(is_active=""))

    assert clerk.get("/access/account").status_code == 302


def test_a_new_password_ends_the_sessions_of_the_person(admin: Client) -> None:
    person = a_person(Role.PURCHASER, username="lin")
    session = Client()
    session.post("/login", {"username": "lin", "password": PASSWORD})
    assert session.get("/access/account").status_code == 200

    admin.post(f"/access/people/{person.pk}/password", {"password": NEW})

    assert session.get("/access/account").status_code == 302
    assert Client().post("/login", {"username": "lin", "password": NEW}).status_code == 302


def test_ones_own_password_needs_the_present_one() -> None:
    client = a_client(Role.PURCHASER, username="lin")

    wrong = client.post("/access/account", {"old_password": "no", "password": NEW})
    right = client.post("/access/account", {"old_password": PASSWORD, "password": NEW})

    assert "This is not your present password." in wrong.content.decode()
    assert right.status_code == 302
    assert client.get("/access/account").status_code == 200
    assert User.objects.get(username="lin").check_password(NEW)


def test_a_key_is_made_shown_once_and_opens(admin: Client) -> None:
    response = admin.post(
        "/access/keys/new",
        {
            "name": "till S12-1",
            "roles": ["integration"],
            "sites": ["S12"],
            "sources": "till:S12-1/stock\n\n till:S12-1/stock ",
            "expires_on": "",
        },
    )
    shown = re.search(r'value="(yk_[^"]+)"', response.content.decode())

    assert shown is not None
    actor = keys.authenticate(secret=shown[1], at=NOON)
    assert (actor.sites, actor.sources) == (frozenset({"S12"}), frozenset({"till:S12-1/stock"}))
    assert "no-store" in response.headers["Cache-Control"]
    assert shown[1] not in admin.get("/access/keys").content.decode()
    assert shown[1] not in str(list(AuditEntry.objects.values()))


def test_a_key_is_revoked_with_one_form(admin: Client) -> None:
    a_key(name="lost")
    key = ApiKey.objects.get()

    response = admin.post(f"/access/keys/{key.pk}/revoke")

    assert response.status_code == 302
    assert "Revoked" in admin.get("/access/keys").content.decode()
    assert admin.post("/access/keys/999999/revoke").status_code == 404


def test_the_audit_is_filtered_by_who_what_and_when(admin: Client) -> None:
    a_key(name="till-1")
    key = ApiKey.objects.get()
    admin.post(f"/access/keys/{key.pk}/revoke")

    by_root = admin.get("/access/audit?actor=root").content.decode()
    created = admin.get("/access/audit?action=access.key_created").content.decode()
    early = admin.get("/access/audit?until_date=2020-01-01").content.decode()
    nonsense = admin.get("/access/audit?from_date=x&before=-1")

    assert by_root.count('<th scope="row">') == 1
    assert "<code>access.key_revoked</code>" in by_root
    assert created.count('<th scope="row">') == 1
    assert "No change like this" in early
    assert nonsense.status_code == 200


def test_the_audit_cannot_be_changed_even_by_sql(admin: Client) -> None:  # noqa: ARG001
    entry = AuditEntry.objects.get()

    for statement in (
        "update access_auditentry set actor = 'nobody'",
        "delete from access_auditentry",
    ):
        with (
            pytest.raises(IntegrityError, match="never changed"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(statement)

    assert AuditEntry.objects.get() == entry


def test_a_name_that_is_markup_stays_text(admin: Client) -> None:
    grant = people.PersonGrant(
        username="x", display_name="<script>alert(1)</script>", roles=frozenset({Role.FINANCE})
    )
    people.create(grant, password=NEW, by=SYSTEM, at=NOON)

    page = admin.get("/access/people").content.decode()

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_people_who_are_no_administrators_see_none_of_it() -> None:
    client = a_client(Role.FINANCE, username="fin")

    assert client.get("/access/people").status_code == 403
    assert client.get("/access/keys").status_code == 403
    assert client.get("/access/audit").status_code == 200


def test_an_actor_without_a_row_may_what_its_roles_allow() -> None:
    clerk = an_actor(Role.STORE_CLERK, sites=["S12"])

    assert clerk.may("pos.sell") is True
    assert clerk.may("erp.read") is False
    assert (clerk.sees("S12"), clerk.sees("S1")) == (True, False)
