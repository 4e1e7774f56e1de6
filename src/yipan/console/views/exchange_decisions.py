"""What a person decides about messages: set aside, settle, compare again, ask again."""

from __future__ import annotations

import json
from collections.abc import Sequence
from difflib import SequenceMatcher
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.documents import digests
from yipan.documents.doors import take_step
from yipan.exchange import comparisons, decisions, door, resend
from yipan.exchange.decisions import Decision
from yipan.exchange.queries import AlterationRow, find_first, get_alteration, get_message
from yipan.foundation.ids import make_id
from yipan.foundation.refusals import NotFound
from yipan.recon.queries.cuts import HUB_RECEIVER

#: Of longer contents no differing lines are marked: finding them takes the square of the lines.
MARKED_LINES_MAX = 2_000
NUMBER_DIGITS_MAX = 18
RECEIVER_LENGTH_MAX = 16


@page(action="exchange.read")
def show_alteration(request: HttpRequest, alteration_id: int) -> HttpResponse:
    """Show what came with other content beside what counts, and where the two differ."""
    actor = get_actor(request)
    row = _get_alteration(alteration_id, actor=actor)
    source, epoch, sequence = find_first(row)
    try:
        door.check_reader(actor, source)
        first = get_message(source=source, epoch=epoch, sequence=sequence)
    except NotFound:
        first = None
    ours = first.data if first is not None else None
    counted, altered = _lay_side_by_side(ours, row.envelope.get("data"))
    context = {
        "row": row,
        "first": first,
        "counted": counted,
        "altered": altered,
        "may_resolve": actor.may("exchange.resolve") and row.settled_at is None,
    }
    return render(request, "console/exchange/alteration.html", context)


@require_POST
@page(action="exchange.resolve")
def settle_alteration(request: HttpRequest, alteration_id: int) -> HttpResponse:
    """Close the case of a message that came with other content."""
    actor = get_actor(request)
    row = _get_alteration(alteration_id, actor=actor)
    step = partial(
        decisions.settle_alteration,
        alteration_id=alteration_id,
        decision=_read_decision(request, actor=actor),
    )
    take_step(request, step, done=_("Settled. Both contents stay on record."))
    return redirect("exchange:source", row.source)


@require_POST
@page(action="exchange.resolve")
def set_aside(request: HttpRequest, source: str, sequence: int) -> HttpResponse:
    """Decide that a parked message will never be booked; who waited behind it goes on."""
    actor = get_actor(request)
    door.check_reader(actor, source)
    epoch = _read_number(request, "epoch") or 1
    step = partial(
        decisions.set_aside,
        receiver=request.POST.get("receiver", "")[:RECEIVER_LENGTH_MAX],
        source=source,
        epoch=epoch,
        sequence=sequence,
        decision=_read_decision(request, actor=actor),
    )
    done = _("Set aside: it stays on record and is not booked. What waited behind it goes on.")
    try:
        take_step(request, step, done=done)
    except NotFound:
        messages.warning(request, _("It is not parked any more: somebody was quicker."))
    response = redirect("exchange:message", source, sequence)
    if epoch > 1:
        response["Location"] += f"?epoch={epoch}"
    return response


@require_POST
@page(action="exchange.resolve")
def settle_mismatch(request: HttpRequest, comparison_id: int) -> HttpResponse:
    """Close the case of two books that differ by a digest."""
    actor = get_actor(request)
    source = comparisons.get_comparison(comparison_id).source
    door.check_reader(actor, source)
    step = partial(
        decisions.settle_mismatch,
        comparison_id=comparison_id,
        decision=_read_decision(request, actor=actor),
    )
    take_step(request, step, done=_("Settled. What both books said stays on record."))
    return redirect("exchange:source", source)


@require_POST
@page(action="exchange.resolve")
def compare_again(request: HttpRequest, source: str) -> HttpResponse:
    """Add up our book anew for the digests of a source that differ."""
    door.check_reader(get_actor(request), source)
    agreed = digests.compare_again(source, receiver=HUB_RECEIVER)
    if agreed:
        text = ngettext("%(count)s digest agrees now.", "%(count)s digests agree now.", agreed)
        messages.success(request, text % {"count": agreed})
    else:
        messages.warning(request, _("The books still differ."))
    return redirect("exchange:source", source)


@require_POST
@page(action="exchange.resolve")
def ask_again(request: HttpRequest, source: str) -> HttpResponse:
    """Ask a site to send numbers again; it hears of it like of an order."""
    door.check_reader(get_actor(request), source)
    first, last = _read_number(request, "first"), _read_number(request, "last")
    step = partial(
        resend.request,
        source=source,
        numbers=range(first, last + 1),
        message_id=make_id(),
        at=timezone.now(),
    )
    take_step(
        request, step, done=_("The site is asked. What is known already has no second effect.")
    )
    return redirect("exchange:source", source)


def _get_alteration(alteration_id: int, *, actor: Actor) -> AlterationRow:
    row = get_alteration(alteration_id)
    door.check_reader(actor, row.source)
    return row


def _read_decision(request: HttpRequest, *, actor: Actor) -> Decision:
    return Decision(by=actor.name, reason=request.POST.get("reason", ""), at=timezone.now())


def _read_number(request: HttpRequest, name: str) -> int:
    """Return what was typed as a number, 0 when it is none: no message has that number."""
    typed = request.POST.get(name, "").strip()
    is_number = typed.isdecimal() and typed.isascii() and len(typed) <= NUMBER_DIGITS_MAX
    return int(typed) if is_number else 0


def _lay_side_by_side(first: Any, second: Any) -> tuple[SafeString, SafeString]:
    """Return two contents as text, the lines only one of them has marked."""
    left, right = _write_lines(first), _write_lines(second)
    if not left or max(len(left), len(right)) > MARKED_LINES_MAX:
        return _mark(left, ()), _mark(right, ())
    steps = SequenceMatcher(a=left, b=right, autojunk=False).get_opcodes()
    differing = [step for step in steps if step[0] != "equal"]
    return (
        _mark(left, [place for _, low, high, _, _ in differing for place in range(low, high)]),
        _mark(right, [place for *_, low, high in differing for place in range(low, high)]),
    )


def _write_lines(content: Any) -> list[str]:
    if content is None:
        return []
    return json.dumps(content, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


def _mark(lines: Sequence[str], places: Sequence[int]) -> SafeString:
    marked = frozenset(places)
    return format_html_join(
        "\n",
        "{}",
        (
            (format_html("<mark>{}</mark>", line) if place in marked else line,)
            for place, line in enumerate(lines)
        ),
    )
