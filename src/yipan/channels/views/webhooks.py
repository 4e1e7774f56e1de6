"""Pages of webhooks (回调): make one and see its secret once, test it, read its deliveries."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from yipan.access.doors import page
from yipan.channels.documents import webhook as verbs
from yipan.channels.documents.webhook import Made
from yipan.channels.queries import webhooks
from yipan.documents.doors import get_trace, take_step, tell
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.pool.queries.channels import get_channel

ROWS_PER_PAGE = 50
URL_LENGTH_MAX = 500


@require_POST
@page(action="channels.write")
def add_webhook(request: HttpRequest, code: str) -> HttpResponse:
    """Make a webhook, and show its secret this once."""
    get_channel(code)
    url = request.POST.get("url", "").strip()[:URL_LENGTH_MAX]
    try:
        made = verbs.create(
            channel=code, url=url, new_id=make_id(), by=get_trace(request), at=timezone.now()
        )
    except Refusal as refusal:
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return redirect("channels:channel", code=code)
    return _show_secret(request, made, channel=code)


@require_POST
@page(action="channels.write")
def change_secret(request: HttpRequest, webhook: str) -> HttpResponse:
    """Give a webhook another secret, and show it this once."""
    row = webhooks.get_webhook(webhook)
    made = verbs.change_secret(code=webhook, by=get_trace(request), at=timezone.now())
    return _show_secret(request, made, channel=row.channel)


@require_POST
@page(action="channels.write")
def test_webhook(request: HttpRequest, webhook: str) -> HttpResponse:
    """Ring a webhook once."""
    return _take(
        request,
        webhook,
        lambda: verbs.test(
            code=webhook, message_id=make_id(), by=get_trace(request), at=timezone.now()
        ),
        done=_("A test is on its way. What it is answered stands below in a moment."),
    )


@require_POST
@page(action="channels.write")
def disable_webhook(request: HttpRequest, webhook: str) -> HttpResponse:
    """Tell a webhook nothing more."""
    return _take(
        request,
        webhook,
        lambda: verbs.disable(code=webhook, by=get_trace(request), at=timezone.now()),
        done=_("Disabled. What it misses stays in the feed."),
    )


@require_POST
@page(action="channels.write")
def enable_webhook(request: HttpRequest, webhook: str) -> HttpResponse:
    """Tell a webhook again."""
    return _take(
        request,
        webhook,
        lambda: verbs.enable(code=webhook, by=get_trace(request), at=timezone.now()),
        done=_("Enabled. It begins with what it did not take."),
    )


@require_POST
@page(action="channels.write")
def remove_webhook(request: HttpRequest, webhook: str) -> HttpResponse:
    """Forget a webhook."""
    return _take(
        request,
        webhook,
        lambda: verbs.remove(code=webhook, by=get_trace(request), at=timezone.now()),
        done=_("Removed."),
    )


@require_POST
@page(action="channels.write")
def send_after(request: HttpRequest, webhook: str) -> HttpResponse:
    """Send everything behind a number of the feed again."""
    text = request.POST.get("after", "").strip()
    after = int(text) if text.isascii() and text.isdecimal() and len(text) < 16 else 0
    return _take(
        request,
        webhook,
        lambda: verbs.send_after(
            code=webhook, after=after, by=get_trace(request), at=timezone.now()
        ),
        done=_("Everything after this number is sent again."),
    )


@require_POST
@page(action="channels.write")
def deliver_again(request: HttpRequest, webhook: str, delivery: int) -> HttpResponse:
    """Send one message again."""
    return _take(
        request,
        webhook,
        lambda: verbs.deliver_again(
            code=webhook, delivery=delivery, by=get_trace(request), at=timezone.now()
        ),
        done=_("It is sent again under its old id."),
    )


@require_GET
@page(action="channels.read")
def list_deliveries(request: HttpRequest, code: str) -> HttpResponse:
    """List what was sent to the webhooks of a channel, with every try."""
    channel = get_channel(code)
    text = request.GET.get("before", "")
    before = int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None
    rows = webhooks.list_deliveries(
        channel=code,
        webhook=request.GET.get("webhook", "")[:48],
        before=before,
        limit=ROWS_PER_PAGE + 1,
    )
    context = {
        "channel": channel,
        "deliveries": rows[:ROWS_PER_PAGE],
        "next_before": rows[ROWS_PER_PAGE - 1].id if len(rows) > ROWS_PER_PAGE else "",
    }
    return render(request, "channels/deliveries.html", context)


def _take(
    request: HttpRequest, webhook: str, step: Callable[[], object], *, done: str
) -> HttpResponse:
    row = webhooks.get_webhook(webhook)
    take_step(request, step, done=done)
    return redirect("channels:channel", code=row.channel)


def _show_secret(request: HttpRequest, made: Made, *, channel: str) -> HttpResponse:
    context = {"made": made, "channel": channel}
    return render(request, "channels/webhook_made.html", context)
