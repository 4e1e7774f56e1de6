"""What pages of documents share: who acts on what, and how a refused step is told."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext as translate

from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.documents import reversals
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import Refusal
from yipan.ledger.moves import Trace
from yipan.masterdata.refusals import NotRepresentable, UnitUnknown
from yipan.masterdata.rows import SkuRow
from yipan.masterdata.units import read_quantity

REASON_LENGTH_MAX = 200


def get_trace(request: HttpRequest, *, reason: str = "") -> Trace:
    """Return who acts, on which device, and why, as postings and trails remember it."""
    return Trace(
        actor=get_actor(request).name,
        device=get_device(request),
        reason=reason.strip()[:REASON_LENGTH_MAX],
    )


def take_step(request: HttpRequest, step: Callable[[], object], *, done: str) -> bool:
    """
    Take a step of a document for a person; tell how it went on the page shown next.

    Return whether it was taken. What the document refuses is told in its own words: first
    what happened, then the code.
    """
    try:
        step()
    except Refusal as refusal:
        if refusal.status in (403, 404):
            raise
        messages.error(request, f"{tell(refusal)} ({refusal.code})")
        return False
    messages.success(request, done)
    return True


def take_reversal(
    request: HttpRequest, reverse: Callable[..., object], *, number: str, done: str
) -> bool:
    """
    Undo a posted document for a person, by the form in `documents/_reverse.html`.

    `reverse` is the verb: it takes `number`, `by`, `at` and `message_id`. Return whether it
    was undone; without a reason it is not.
    """

    def step() -> object:
        reason = reversals.write_reason(
            cause=request.POST.get("correction_reason", ""), words=request.POST.get("reason", "")
        )
        return reverse(
            number=number,
            by=get_trace(request, reason=reason),
            at=timezone.now(),
            message_id=make_id(),
        )

    return take_step(request, step, done=done)


def tell(refusal: Refusal) -> str:
    """Return a refusal as a sentence in the reader's language: the first of its docstring."""
    paragraph = (type(refusal).__doc__ or "").strip().split("\n\n", maxsplit=1)[0]
    words = " ".join(paragraph.split())
    return translate(words)


def read_entry(*, sku: SkuRow, text: str, maximum: int) -> tuple[int, str]:
    """
    Return a quantity as somebody typed it (`72`, `1,200`, `3 case`) in smallest units.

    The second of the two is empty, or says in the reader's language why it cannot be taken.
    """
    problem = _("A quantity is a whole number, or one with a unit: 3 case, 2.5 kg.")
    try:
        quantity = read_quantity(sku=sku, text=text.replace(",", ""))
    except (NotRepresentable, UnitUnknown) as refusal:
        return 0, tell(refusal) if refusal.facts["unit"] else problem
    return (quantity, "") if 0 <= quantity <= maximum else (0, problem)
