"""Pages of the scenario lab: all stories, one played step by step, and a run under way."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.foundation.refusals import NotFound
from yipan.lab import runs, showing
from yipan.lab.runs import RunRow
from yipan.lab.words import titles
from yipan.simulate.stories import BY_CODE, STORIES

DIGITS_MAX = 3


@require_GET
@page(action="lab.watch")
def show_index(request: HttpRequest) -> HttpResponse:
    """Show all stories, and which of them were played here."""
    played = runs.list_played()
    rows = [
        {
            "code": story.code,
            "number": number,
            "title": titles.TITLES[story.code],
            "summary": titles.SUMMARIES[story.code],
            "faults": [titles.FAULTS[story.code, fault] for fault in story.faults],
            "systems": showing.list_systems(story),
            "run": played.get((story.code, "")),
        }
        for number, story in enumerate(STORIES, start=1)
    ]
    return render(request, "lab/index.html", {"rows": rows})


@require_GET
@page(action="lab.watch")
def show_story(request: HttpRequest, story: str) -> HttpResponse:
    """Show a story at one step; one that was never played here is played first."""
    fault = request.GET.get("fault", "")[:24]
    runs.require_known(story, fault)
    run = runs.find_newest(story=story, fault=fault)
    last = runs.find_last(story=story, fault=fault)
    context = _make_frame(request, story, fault, run)
    template = "lab/wall.html" if context["is_wall"] else "lab/story.html"
    if run is None or (request.GET.get("again") and last is not None and last.is_open):
        context |= {"run": last, "is_waiting": True, "may_begin": _may_begin(request, last)}
        return render(request, template, context)
    context |= showing.describe(BY_CODE[story], run, step=_read_step(request))
    return render(request, template, context)


@require_GET
@page(action="lab.watch")
def show_step(request: HttpRequest, story: str) -> HttpResponse:
    """Show one step of a run, as a fragment; where none is named, of the newest without a fault."""
    runs.require_known(story, "")
    run = _find_run(request, story)
    if run is None or run.state != "done":
        return _render_progress(request, story, run)
    context = _make_frame(request, story, run.fault, run)
    context |= showing.describe(BY_CODE[story], run, step=_read_step(request))
    return render(request, "lab/_stage.html", context)


@require_POST
@page(action="lab.run")
def start_run(request: HttpRequest, story: str) -> HttpResponse:
    """Ask for a run of a story, or join the one that is under way."""
    fault = request.POST.get("fault", "")[:24]
    run = runs.start(story=story, fault=fault, by=get_actor(request).name, at=timezone.now())
    if request.headers.get("HX-Request") == "true":
        return _render_progress(request, story, run)
    query = f"?again=1&fault={fault}" if fault else "?again=1"
    return redirect(reverse("lab:story", args=[story]) + query)


@require_GET
@page(action="lab.watch")
def show_progress(request: HttpRequest, story: str) -> HttpResponse:
    """Show how far a run is, as a fragment; when it is over, the whole page comes again."""
    runs.require_known(story, "")
    run = _find_run(request, story)
    if run is not None and run.state == "done":
        response = HttpResponse(status=204)
        chosen = {"fault": run.fault} if run.fault else {}
        query = urlencode(chosen | ({"wall": ""} if "wall" in request.GET else {}))
        address = reverse("lab:story", args=[run.story])
        response["HX-Redirect"] = f"{address}?{query}" if query else address
        return response
    return _render_progress(request, story, run)


def _find_run(request: HttpRequest, story: str) -> RunRow | None:
    """Return the run the address names, else the newest of the story; another story's is none."""
    named = request.GET.get("run", "")[:40]
    if not named:
        return runs.find_newest(story=story, fault="")
    run = runs.get_run(named)
    if run.story != story:
        raise NotFound(kind="run", id=named)
    return run


def _render_progress(request: HttpRequest, story: str, run: RunRow | None) -> HttpResponse:
    context = _make_frame(request, story, run.fault if run else "", None)
    context |= {"run": run, "may_begin": False}
    return render(request, "lab/_progress.html", context)


def _make_frame(
    request: HttpRequest, story: str, fault: str, run: RunRow | None
) -> dict[str, object]:
    """Return what stands around the stage whatever is on it."""
    played = runs.list_played()
    told = BY_CODE[story]
    codes = [each.code for each in STORIES]
    at = codes.index(story)
    return {
        "story": told,
        "title": titles.TITLES[story],
        "summary": titles.SUMMARIES[story],
        "story_number": at + 1,
        "story_count": len(codes),
        "systems": showing.list_systems(told),
        # On a big screen one story follows the other, round and round.
        "story_after": codes[(at + 1) % len(codes)],
        "story_before": codes[at - 1],
        "is_wall": "wall" in request.GET,
        "is_begun": "step" in request.GET,
        "fault": fault,
        "fault_label": titles.FAULTS[story, fault] if fault else "",
        "faults": [
            {
                "code": each,
                "label": titles.FAULTS[story, each],
                "is_played": (story, each) in played,
            }
            for each in told.faults
        ],
        "played_at": run.finished_at if run else None,
        "may_run": get_actor(request).may("lab.run"),
        "next_story": codes[at + 1] if at + 1 < len(codes) else "",
        "previous_story": codes[at - 1] if at else "",
    }


def _may_begin(request: HttpRequest, last: RunRow | None) -> bool:
    """Tell whether opening the page begins the run: nobody did, and nothing went wrong before."""
    return last is None and get_actor(request).may("lab.run")


def _read_step(request: HttpRequest) -> int:
    text = request.GET.get("step", "")
    fits = text.isascii() and text.isdecimal() and len(text) <= DIGITS_MAX
    return int(text) if fits else 0
