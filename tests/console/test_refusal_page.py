"""Goal: whoever may not do something reads what it is, which roles may, and who can give them."""

from __future__ import annotations

import pytest
from django.conf import settings
from django.test import Client

from tests.access.builders import a_client, a_person
from tests.pages import squeeze
from yipan.access.action_words import ACTION_WORDS
from yipan.access.models import User
from yipan.access.roles import ACTIONS, Role

pytestmark = pytest.mark.django_db


def look(client: Client, address: str) -> tuple[int, str]:
    answer = client.get(address)
    return answer.status_code, squeeze(answer.content.decode())


def test_every_action_is_said_in_words() -> None:
    assert set(ACTION_WORDS) == set(ACTIONS)


def test_the_page_says_what_is_missing_and_who_can_give_it() -> None:
    a_person(Role.ADMIN, username="root")
    User.objects.filter(username="root").update(display_name="Ro Ot")
    clerk = a_client(Role.STORE_CLERK, sites=["S12"], username="clerk")

    status, page = look(clerk, "/erp/purchase-orders/new")

    assert status == 403
    assert "Your roles do not allow you to write purchase orders." in page
    assert "<dt>Roles that may</dt><dd>Purchaser</dd>" in page
    assert "<dt>Your roles</dt><dd>Store clerk</dd>" in page
    assert "<dt>Who can give them</dt><dd>Ro Ot</dd>" in page
    assert "erp.purchase_order.write" not in page


def test_it_says_so_in_chinese() -> None:
    clerk = a_client(Role.STORE_CLERK, sites=["S12"], username="clerk")
    clerk.cookies[settings.LANGUAGE_COOKIE_NAME] = "zh-hans"

    _status, page = look(clerk, "/access/audit")

    assert "你的角色不能查看审计记录。" in page
    assert "<dt>可操作的角色</dt><dd>财务, 管理员</dd>" in page
