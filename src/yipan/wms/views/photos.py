"""Photos (照片) of what came: taken on a handheld, looked at beside the receipt."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.documents.doors import get_trace, tell
from yipan.foundation.refusals import Refusal
from yipan.wms import queries
from yipan.wms.documents import photo
from yipan.wms.documents.inbound import receipt
from yipan.wms.documents.photo import SIZE_MAX, PhotoTooLarge, PhotoUnreadable, Subject
from yipan.wms.queries import photos

AGE_SECONDS = 3_600


@require_POST
@page(action="wms.receive")
def add_photo(request: HttpRequest, number: str) -> HttpResponse:
    """Keep a picture of a delivery that is counted; answer with the task."""
    site = queries.get_receipt_site(number)
    get_actor(request).require_site(site)
    task = queries.get_count_task(number)
    sku = task.current.sku.code if task.current else ""
    subject = Subject(site=site, document_type=receipt.DOCUMENT_TYPE, number=number, sku=sku)
    try:
        content = _read(request)
        photo.add(subject=subject, content=content, by=get_trace(request), at=timezone.now())
        answer, tone = _("The picture is kept."), "good"
    except Refusal as refusal:
        answer, tone = tell(refusal), "bad"
    if request.headers.get("HX-Request") != "true":
        return redirect("wms:count", number=number)
    context = {"task": queries.get_count_task(number), "answer": answer, "tone": tone}
    return render(request, "wms/_count.html", context)


@require_GET
@page(action="wms.read")
@cache_control(private=True, max_age=AGE_SECONDS)
def show_photo(request: HttpRequest, number: str, photo_id: int) -> HttpResponse:
    """Show one picture of a receipt."""
    found = photos.get_photo(number=number, photo_id=photo_id)
    get_actor(request).require_site(found.site)
    return HttpResponse(
        found.content,
        content_type=found.media_type,
        headers={"Content-Disposition": "inline", "X-Content-Type-Options": "nosniff"},
    )


def _read(request: HttpRequest) -> bytes:
    uploaded = request.FILES.get("photo")
    if uploaded is None:
        raise PhotoUnreadable(size=0)
    if (uploaded.size or 0) > SIZE_MAX:
        raise PhotoTooLarge(size=uploaded.size, maximum=SIZE_MAX)
    return bytes(uploaded.read())
