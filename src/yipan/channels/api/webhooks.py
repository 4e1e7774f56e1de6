"""Operations on webhooks (Standard Webhooks): make, test, disable, look at what was sent."""

from __future__ import annotations

from dataclasses import asdict

from django.http import HttpRequest
from django.utils import timezone
from ninja import Query, Router
from ninja.responses import Status

from yipan.access.doors import endpoint
from yipan.channels.api.schemas import (
    DeliveriesOut,
    DeliveriesQuery,
    DeliveryOut,
    SendAfterIn,
    WebhookIn,
    WebhookMade,
    WebhookOut,
    WebhooksOut,
    WebhooksQuery,
)
from yipan.channels.documents import webhook as verbs
from yipan.channels.queries import webhooks
from yipan.channels.queries.webhooks import WebhookRow
from yipan.documents.doors import get_trace
from yipan.foundation.ids import make_id

router = Router(tags=["channels"])


@router.get("/webhooks", response=WebhooksOut)
@endpoint(action="channels.read")
def list_webhooks(request: HttpRequest, which: Query[WebhooksQuery]) -> WebhooksOut:
    """List webhooks and how they fare."""
    return WebhooksOut(data=[_show(row) for row in webhooks.list_webhooks(channel=which.channel)])


@router.post("/webhooks", response={201: WebhookMade})
@endpoint(action="channels.write", repeatable=True)
def create_webhook(request: HttpRequest, payload: WebhookIn) -> Status[WebhookMade]:
    """
    Make a webhook of a channel. The secret is in this answer, and never again.

    The answer is kept nowhere to be given again: a repeat is refused with `webhook.exists`.
    """
    made = verbs.create(
        channel=payload.channel,
        url=payload.url,
        new_id=make_id(),
        by=get_trace(request),
        at=timezone.now(),
    )
    return Status(201, WebhookMade(code=made.code, secret=made.secret))


@router.get("/webhooks/{webhook}", response=WebhookOut)
@endpoint(action="channels.read")
def get_webhook(request: HttpRequest, webhook: str) -> WebhookOut:
    """Tell how one webhook fares."""
    return _show(webhooks.get_webhook(webhook))


@router.delete("/webhooks/{webhook}", response={204: None})
@endpoint(action="channels.write")
def remove_webhook(request: HttpRequest, webhook: str) -> Status[None]:
    """Forget a webhook and what was sent to it."""
    verbs.remove(code=webhook, by=get_trace(request), at=timezone.now())
    return Status(204, None)


@router.post("/webhooks/{webhook}/change-secret", response=WebhookMade)
@endpoint(action="channels.write", repeatable=True)
def change_secret(request: HttpRequest, webhook: str) -> WebhookMade:
    """Give a webhook another secret; for a day the one before signs too."""
    made = verbs.change_secret(code=webhook, by=get_trace(request), at=timezone.now())
    return WebhookMade(code=made.code, secret=made.secret)


@router.post("/webhooks/{webhook}/disable", response=WebhookOut)
@endpoint(action="channels.write")
def disable_webhook(request: HttpRequest, webhook: str) -> WebhookOut:
    """Tell a webhook nothing more."""
    verbs.disable(code=webhook, by=get_trace(request), at=timezone.now())
    return _show(webhooks.get_webhook(webhook))


@router.post("/webhooks/{webhook}/enable", response=WebhookOut)
@endpoint(action="channels.write")
def enable_webhook(request: HttpRequest, webhook: str) -> WebhookOut:
    """Tell a webhook again, beginning with what it did not take."""
    verbs.enable(code=webhook, by=get_trace(request), at=timezone.now())
    return _show(webhooks.get_webhook(webhook))


@router.post("/webhooks/{webhook}/test", response={202: WebhookOut})
@endpoint(action="channels.write")
def test_webhook(request: HttpRequest, webhook: str) -> Status[WebhookOut]:
    """Ring a webhook once; what it answers is in its deliveries."""
    verbs.test(code=webhook, message_id=make_id(), by=get_trace(request), at=timezone.now())
    return Status(202, _show(webhooks.get_webhook(webhook)))


@router.post("/webhooks/{webhook}/send-after", response={202: WebhookOut})
@endpoint(action="channels.write")
def send_after(request: HttpRequest, webhook: str, payload: SendAfterIn) -> Status[WebhookOut]:
    """Send everything behind a number of the feed again."""
    verbs.send_after(code=webhook, after=payload.after, by=get_trace(request), at=timezone.now())
    return Status(202, _show(webhooks.get_webhook(webhook)))


@router.get("/webhooks/{webhook}/deliveries", response=DeliveriesOut)
@endpoint(action="channels.read")
def list_deliveries(
    request: HttpRequest, webhook: str, which: Query[DeliveriesQuery]
) -> DeliveriesOut:
    """List what was sent to a webhook, with every try, the newest first."""
    webhooks.get_webhook(webhook)
    rows = webhooks.list_deliveries(webhook=webhook, before=which.cursor, limit=which.limit)
    return DeliveriesOut(
        data=[DeliveryOut(**asdict(row)) for row in rows],
        next_cursor=rows[-1].id if len(rows) == which.limit else None,
    )


@router.post("/webhooks/{webhook}/deliveries/{int:delivery}/send-again", response={202: WebhookOut})
@endpoint(action="channels.write")
def deliver_again(request: HttpRequest, webhook: str, delivery: int) -> Status[WebhookOut]:
    """Send one message again under its old id."""
    verbs.deliver_again(code=webhook, delivery=delivery, by=get_trace(request), at=timezone.now())
    return Status(202, _show(webhooks.get_webhook(webhook)))


def _show(row: WebhookRow) -> WebhookOut:
    return WebhookOut(**{name: getattr(row, name) for name in WebhookOut.model_fields})
