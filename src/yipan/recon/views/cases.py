"""Pages of cases (差异案件): the inbox, the case, and its steps."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.site_choice import find_chosen_site
from yipan.documents.doors import get_trace, take_step
from yipan.documents.history import read_history
from yipan.foundation.ids import make_id
from yipan.recon.documents import case, choosing, comparing, counting, healing, proposing
from yipan.recon.models import CaseKind, CaseState
from yipan.recon.queries import cases
from yipan.recon.queries.between import Between, read_between
from yipan.recon.queries.cases import CaseDetail, CaseFilter
from yipan.recon.rules import Cause
from yipan.recon.rules.proposing import get_quantity_to_post
from yipan.recon.views.words import CAUSES, CORRECTIONS, HEALINGS, describe_part

ROWS_PER_PAGE = 50
TEXT_LENGTH_MAX = 96
NUMBERS_AT_ONCE_MAX = 100
QUANTITY_DIGITS_MAX = 12
PART_DIGITS_MAX = 2
CHANGES_SHOWN_MAX = 60


@require_GET
@page(action="recon.read")
def list_cases(request: HttpRequest) -> HttpResponse:
    """List differences that nobody has settled, and filter them."""
    actor = get_actor(request)
    wanted = {
        name: request.GET.get(name, default)[:TEXT_LENGTH_MAX]
        for name, default in (
            ("state", "open"),
            ("kind", ""),
            ("cause", ""),
            ("q", ""),
            ("partner", ""),
            ("carrier", ""),
            ("actor", ""),
        )
    }
    which = CaseFilter(
        state=wanted["state"] if wanted["state"] in {"open", *CaseState.values} else "",
        kind=wanted["kind"] if wanted["kind"] in CaseKind.values else "",
        cause=wanted["cause"],
        site=find_chosen_site(request, actor=actor),
        text=wanted["q"],
        owner=actor.name if request.GET.get("mine") else "",
        partner=wanted["partner"],
        carrier=wanted["carrier"],
        actor=wanted["actor"],
        sites=actor.sites,
    )
    rows = cases.list_cases(
        which, after=request.GET.get("after", "")[:TEXT_LENGTH_MAX], limit=ROWS_PER_PAGE
    )
    count, value = cases.count_cases(which)
    context = {
        "rows": rows,
        "count": count,
        "value": value,
        "causes": [
            (code, CAUSES.get(code, code), number)
            for code, number in cases.list_causes(sites=actor.sites)
        ],
        "labels": CAUSES,
        "wanted": wanted,
        "mine": bool(request.GET.get("mine")),
        "after": rows[-1].number if len(rows) == ROWS_PER_PAGE else "",
        "may_settle": actor.may("recon.settle"),
    }
    return render(request, "recon/cases.html", context)


@require_GET
@page(action="recon.read")
def show_case(request: HttpRequest, number: str) -> HttpResponse:
    """Show a difference: both figures, the parts that add up to it, and what speaks for them."""
    actor = get_actor(request)
    actor.require_site(cases.get_case_site(number))
    document = cases.get_case(number)
    between = read_between(number, now=timezone.now())
    parts = _describe_parts(document, between)
    context = {
        "document": document,
        "parts": parts,
        "runner_up": describe_part(document.runner_up) if document.runner_up else None,
        "causes": [(cause.value, CAUSES[cause]) for cause in Cause],
        "steps": _make_waterfall(document, parts=parts),
        "history": read_history(document_type=case.DOCUMENT_TYPE, number=number),
        "labels": CAUSES,
        "corrections": CORRECTIONS,
        "may_settle": actor.may("recon.settle"),
        "is_mine": document.head.owner == actor.name,
        "changes": between.changes[:CHANGES_SHOWN_MAX],
        "changes_all": len(between.changes),
        "may_open_messages": actor.may("exchange.read"),
        "may_open_adjustments": actor.may("erp.read"),
        **_describe_steps(document, parts),
    }
    return render(request, "recon/case.html", context)


def _describe_parts(document: CaseDetail, between: Between) -> list[dict[str, Any]]:
    """Return the parts of a finding in words; a document opens the posting it moved goods by."""
    origins = {
        row.origin.split("/")[1]: (row.book, row.origin)
        for row in between.changes
        if "/" in row.origin
    }
    return [
        {
            **describe_part(part),
            "papers": [(each, origins.get(each)) for each in part.get("documents", ())],
            "may_heal": healing.may_heal(part),
            "heal": HEALINGS.get(part.get("correction", ""), ""),
        }
        for part in document.parts
    ]


def _describe_steps(document: CaseDetail, parts: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Return what may be done with a case as it is."""
    head = document.head
    finding = {"parts": document.parts, "chosen": document.chosen}
    to_post = get_quantity_to_post(finding, quantity=head.quantity) - sum(
        row.quantity for row in document.corrections
    )
    is_decided = head.state in (CaseState.CLOSED, CaseState.SUBMITTED)
    is_count = head.kind == CaseKind.BOOK_VS_COUNT
    to_heal = next((place for place, part in enumerate(parts) if part["may_heal"]), None)
    return {
        "is_closed": head.state == CaseState.CLOSED,
        "to_post": to_post,
        "may_propose": is_count and not is_decided and to_post != 0,
        "may_choose": is_count and not is_decided,
        "to_heal": {"part": to_heal, "label": parts[to_heal]["heal"]}
        if to_heal is not None
        else None,
    }


@require_POST
@page(action="recon.settle")
def compare_now(request: HttpRequest) -> HttpResponse:
    """Compare all books of the reader's sites now, and look at the counts again."""
    actor = get_actor(request)
    at = timezone.now()
    compared = comparing.compare(at=at, sites=actor.sites)
    counting.revisit(at=at, sites=actor.sites)
    take_step(
        request,
        lambda: None,
        done=ngettext(
            "%(sites)d site compared, %(differences)d differences.",
            "%(sites)d sites compared, %(differences)d differences.",
            compared.sites,
        )
        % {"sites": compared.sites, "differences": compared.differences},
    )
    return redirect("recon:cases")


@require_POST
@page(action="recon.settle")
def assign_many(request: HttpRequest) -> HttpResponse:
    """Take the cases that are marked."""
    actor = get_actor(request)
    numbers = request.POST.getlist("number")[:NUMBERS_AT_ONCE_MAX]
    trace = get_trace(request)

    for number in numbers:
        actor.require_site(cases.get_case_site(number))
    take_step(
        request,
        lambda: case.assign_all(numbers=numbers, owner=actor.name, by=trace, at=timezone.now()),
        done=ngettext("%(count)d case is yours.", "%(count)d cases are yours.", len(numbers))
        % {"count": len(numbers)},
    )
    return redirect("recon:cases")


@require_POST
@page(action="recon.settle")
def assign_case(request: HttpRequest, number: str) -> HttpResponse:
    """Take a case, or give it to somebody."""
    owner = request.POST.get("owner", "").strip()[:TEXT_LENGTH_MAX] or get_actor(request).name
    trace = get_trace(request)
    return _step(
        request,
        number,
        lambda: case.assign(number=number, owner=owner, by=trace, at=timezone.now()),
        done=_("Assigned."),
    )


@require_POST
@page(action="recon.settle")
def explain_case(request: HttpRequest, number: str) -> HttpResponse:
    """Weigh the causes again, with all that is known now."""
    site = cases.get_case_site(number)
    get_actor(request).require_site(site)
    at = timezone.now()

    def explain() -> None:
        comparing.compare(at=at, sites={site})
        counting.revisit(at=at, sites={site})
        counting.explain_open(sites={site})

    take_step(request, explain, done=_("Looked at again."))
    return redirect("recon:case", number=number)


@require_POST
@page(action="recon.settle")
def choose_cause(request: HttpRequest, number: str) -> HttpResponse:
    """Say what caused it, whatever was held for probable."""
    return _step(
        request,
        number,
        lambda: choosing.choose(
            number=number,
            cause=request.POST.get("cause", "")[:TEXT_LENGTH_MAX],
            by=get_trace(request),
            at=timezone.now(),
        ),
        done=_("Chosen. What is found later learns from it."),
    )


@require_POST
@page(action="recon.settle")
def correct_case(request: HttpRequest, number: str) -> HttpResponse:
    """Note the document that puts it right."""
    trace = get_trace(request)
    digits = request.POST.get("quantity", "").strip().replace("−", "-")
    if digits and not _is_quantity(digits):
        messages.error(request, _("A quantity is a whole number such as −4."))
        return redirect("recon:case", number=number)
    return _step(
        request,
        number,
        lambda: case.correct(
            number=number,
            document=request.POST.get("document", "").strip()[:48],
            cause=request.POST.get("cause", "")[:32],
            quantity=int(digits) if digits else None,
            by=trace,
            at=timezone.now(),
        ),
        done=_("Noted. The case can be closed now."),
    )


@require_POST
@page(action="recon.settle")
def heal_case(request: HttpRequest, number: str) -> HttpResponse:
    """Take the step that heals a proved cause."""
    typed = request.POST.get("part", "")
    trace = get_trace(request)
    return _step(
        request,
        number,
        lambda: healing.heal(
            number=number,
            part=int(typed) if typed.isdecimal() and len(typed) <= PART_DIGITS_MAX else -1,
            by=trace,
            at=timezone.now(),
            message_id=make_id(),
        ),
        done=_("The step was taken, and the books were compared again."),
    )


@require_POST
@page(action="recon.settle")
def propose_case(request: HttpRequest, number: str) -> HttpResponse:
    """Ask the site to post the gain or loss the finding proposes; its limits decide how."""
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    return _step(
        request,
        number,
        lambda: proposing.propose(number=number, by=trace, at=timezone.now(), message_id=make_id()),
        done=_("Proposed. The site posts it, or asks for approval above its limits."),
    )


@require_POST
@page(action="recon.settle")
def close_case(request: HttpRequest, number: str) -> HttpResponse:
    """End a case: with the documents noted, or with a reason."""
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    return _step(
        request,
        number,
        lambda: case.close(number=number, by=trace, at=timezone.now()),
        done=_("Closed."),
    )


@require_POST
@page(action="recon.settle")
def reopen_case(request: HttpRequest, number: str) -> HttpResponse:
    """Take a closed case up again."""
    trace = get_trace(request, reason=request.POST.get("reason", ""))
    return _step(
        request,
        number,
        lambda: case.reopen(number=number, by=trace, at=timezone.now()),
        done=_("Open again."),
    )


def _step(
    request: HttpRequest, number: str, step: Callable[[], object], *, done: str
) -> HttpResponse:
    get_actor(request).require_site(cases.get_case_site(number))
    take_step(request, step, done=done)
    return redirect("recon:case", number=number)


def _is_quantity(text: str) -> bool:
    digits = text.removeprefix("-")
    return digits.isdecimal() and digits.isascii() and len(digits) <= QUANTITY_DIGITS_MAX


def _make_waterfall(
    document: CaseDetail, *, parts: list[dict[str, object]]
) -> list[dict[str, object]]:
    """Return the steps from one figure to the other: they add up."""
    head = document.head
    is_count = head.kind == CaseKind.BOOK_VS_COUNT
    first, last = (
        (head.quantity_book, head.quantity_other)
        if is_count
        else (head.quantity_other, head.quantity_book)
    )
    return [
        {
            "label": _("Book at that moment") if is_count else _("Site's own book"),
            "amount": first,
            "is_total": True,
        },
        *({"label": part["label"], "amount": part["quantity"]} for part in parts),
        {
            "label": _("Counted") if is_count else _("Hub's book"),
            "amount": last,
            "is_total": True,
        },
    ]
