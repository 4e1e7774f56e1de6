"""Saving a list as it stands, and taking such a view away."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import Resolver404, resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from yipan.access import saved_views
from yipan.access.actors import get_actor
from yipan.access.doors import page
from yipan.access.saved_views import View
from yipan.console.saved_lists import read_query
from yipan.documents.doors import take_step
from yipan.foundation.refusals import NotFound

PATH_LENGTH_MAX = 200


@require_POST
@page(action="console.preferences")
def save_view(request: HttpRequest) -> HttpResponse:
    """Keep the list at `path` with its `query` under `title`, and go back to it."""
    path, query = _read_place(request)
    user_id = get_actor(request).user_id
    title = request.POST.get("title", "")

    def step() -> None:
        assert user_id is not None, "a page is a person's"
        saved_views.save_view(
            user_id=user_id, path=path, view=View(title=title, query=query), at=timezone.now()
        )

    take_step(request, step, done=_("Saved. It stands above the list from now on."))
    return _go_back(path, query)


@require_POST
@page(action="console.preferences")
def remove_view(request: HttpRequest) -> HttpResponse:
    """Take the view `title` of the list at `path` away, and stay where one is."""
    path, query = _read_place(request)
    user_id = get_actor(request).user_id
    assert user_id is not None, "a page is a person's"
    saved_views.remove_view(user_id=user_id, path=path, title=request.POST.get("title", ""))
    messages.success(request, _("Taken away. The list itself is as it was."))
    return _go_back(path, query)


def _read_place(request: HttpRequest) -> tuple[str, str]:
    """Return a path of ours and what was asked of it."""
    path = request.POST.get("path", "")
    try:
        resolve(path)
    except Resolver404 as error:
        raise NotFound(kind="page", id=path[:PATH_LENGTH_MAX]) from error
    if len(path) > PATH_LENGTH_MAX or path.startswith("//"):
        raise NotFound(kind="page", id=path[:PATH_LENGTH_MAX])
    return path, read_query(request.POST.get("query", ""))


def _go_back(path: str, query: str) -> HttpResponse:
    return HttpResponseRedirect(f"{path}?{query}" if query else path)
