"""Goal: what happened to a document is written down once, in order, and stays."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from yipan.documents import trail
from yipan.documents.trail import Step

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
WRITTEN = Step(
    document_type="purchase_order",
    number="PO-2026-000001",
    step="create",
    to_state="draft",
    at=NOON,
    actor="lin",
    device="office-1",
)
APPROVED = replace(
    WRITTEN,
    step="approve",
    from_state="draft",
    to_state="approved",
    # The clock of the device was slow: what counts is the order of writing.
    at=NOON - timedelta(minutes=5),
    actor="zhao",
    reason="within budget",
    message_id=UUID("0198c7b2-6a11-7c3e-9d0a-5b8f2f0a1c77"),
)


def test_steps_come_back_as_written_in_the_order_of_writing() -> None:
    trail.record(WRITTEN)
    trail.record(APPROVED)

    steps = trail.list_steps(document_type="purchase_order", number="PO-2026-000001")

    assert steps == [WRITTEN, APPROVED]


def test_documents_of_another_type_or_number_have_their_own_trail() -> None:
    trail.record_many([WRITTEN, replace(WRITTEN, number="PO-2026-000002")])

    assert trail.list_steps(document_type="purchase_order", number="PO-2026-000001") == [WRITTEN]
    assert trail.list_steps(document_type="receipt", number="PO-2026-000001") == []


def test_a_step_rolled_back_leaves_no_trace() -> None:
    with transaction.atomic():
        trail.record(WRITTEN)
        transaction.set_rollback(True)

    assert trail.list_steps(document_type="purchase_order", number="PO-2026-000001") == []


@pytest.mark.parametrize(
    "statement",
    ["update documents_trailstep set actor = 'nobody'", "delete from documents_trailstep"],
)
def test_a_step_cannot_be_changed_even_by_sql(statement: str) -> None:
    trail.record(WRITTEN)

    with (
        pytest.raises(IntegrityError, match="the trail is never changed"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)

    assert trail.list_steps(document_type="purchase_order", number="PO-2026-000001") == [WRITTEN]
