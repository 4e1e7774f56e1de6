"""Who works at the demo retailer: one log-in per role, and a second purchaser."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from yipan.access import people
from yipan.access.actors import SYSTEM
from yipan.access.people import PersonGrant
from yipan.access.roles import Role

#: The same for everybody, and told to everybody: this is a demo.
PASSWORD = "yipan-demo"  # noqa: S105 - meant to be known


@dataclass(frozen=True, slots=True)
class Person:
    """A log-in of the demo."""

    username: str
    display_name: str
    role: Role
    sites: frozenset[str] = frozenset()


PEOPLE = (
    Person("purchaser", "林悦 Lin Yue", Role.PURCHASER),
    Person("purchaser2", "何敏 He Min", Role.PURCHASER),
    Person("controller", "赵宁 Zhao Ning", Role.INVENTORY_CONTROLLER),
    Person("finance", "钱磊 Qian Lei", Role.FINANCE),
    Person("worker", "王强 Wang Qiang", Role.WAREHOUSE_WORKER, frozenset({"W1"})),
    Person("lead", "周海 Zhou Hai", Role.WAREHOUSE_LEAD, frozenset({"W1"})),
    Person("clerk", "陈晓 Chen Xiao", Role.STORE_CLERK, frozenset({"S12"})),
    Person("manager", "吴芳 Wu Fang", Role.STORE_MANAGER, frozenset({"S1", "S12"})),
    Person("orderdesk", "孙丽 Sun Li", Role.ORDER_DESK),
    Person("planner", "郑凯 Zheng Kai", Role.PLANNER),
    Person("admin", "管理员 Admin", Role.ADMIN),
)


def let_in(*, at: datetime) -> None:
    """Make the log-ins that do not exist yet."""
    known = {row.username for row in people.list_people()}
    for person in PEOPLE:
        if person.username not in known:
            people.create(
                PersonGrant(
                    username=person.username,
                    display_name=person.display_name,
                    roles=frozenset({person.role}),
                    sites=person.sites,
                ),
                password=PASSWORD,
                by=SYSTEM,
                at=at,
                device="demo",
            )
