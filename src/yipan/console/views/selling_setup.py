"""Pages that keep channels (渠道) and groups of sites: who sells, and out of which sites."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.console.forms_selling import (
    AssignmentFormSet,
    ChannelForm,
    GroupForm,
    KeptForm,
)
from yipan.console.naming import name_of
from yipan.documents.doors import get_trace, tell
from yipan.documents.history import read_history
from yipan.foundation.refusals import Refusal
from yipan.masterdata import queries as masterdata
from yipan.masterdata.refusals import VersionMismatch
from yipan.pool.policy import channels as kept
from yipan.pool.policy.channels import Assigned
from yipan.pool.queries import channels
from yipan.pool.queries.channels import ChannelRow, GroupRow

NEW_CHANNEL = ChannelRow(
    code="",
    name="",
    name_zh="",
    kind="web_shop",
    group="",
    hold_seconds=900,
    few_below=5,
    part_value_min=0,
    cancel_after_days=None,
    is_active=True,
    version=0,
)
NEW_GROUP = GroupRow(code="", name="", name_zh="", sites=(), version=0)


@require_http_methods(["GET", "POST"])
@page(action="pool.policy")
def add_channel(request: HttpRequest) -> HttpResponse:
    """Make a channel."""
    return _keep_channel(request, NEW_CHANNEL)


@require_http_methods(["GET", "POST"])
@page(action="pool.policy")
def edit_channel(request: HttpRequest, code: str) -> HttpResponse:
    """Change a channel and the sites named for it."""
    return _keep_channel(request, channels.get_channel(code))


@require_GET
@page(action="pool.read")
def list_groups(request: HttpRequest) -> HttpResponse:
    """List groups of sites, and who sells from each."""
    actor = get_actor(request)
    places = {row.code: row for row in masterdata.list_sites(only=actor.sites)}
    sellers: dict[str, list[ChannelRow]] = {}
    for channel in channels.list_channels():
        sellers.setdefault(channel.group, []).append(channel)
    rows = [
        {
            "row": row,
            "sites": [places.get(site) or site for site in row.sites if actor.sees(site)],
            "channels": sellers.get(row.code, []),
        }
        for row in channels.list_groups()
    ]
    context = {"rows": rows, "may_write": actor.may("pool.policy")}
    return render(request, "console/pool/groups.html", context)


@require_http_methods(["GET", "POST"])
@page(action="pool.policy")
def add_group(request: HttpRequest) -> HttpResponse:
    """Make a group of sites."""
    return _keep_group(request, NEW_GROUP)


@require_http_methods(["GET", "POST"])
@page(action="pool.policy")
def edit_group(request: HttpRequest, code: str) -> HttpResponse:
    """Change a group of sites."""
    return _keep_group(request, channels.get_group(code))


def _keep_channel(request: HttpRequest, row: ChannelRow) -> HttpResponse:
    actor, sent = get_actor(request), read_form(request)
    mine = [it for it in row.assignments if actor.sees(it.site)]
    groups = [(it.code, name_of(it)) for it in channels.list_groups()]
    names = [*ChannelForm.base_fields]
    form = ChannelForm(
        sent,
        groups=groups,
        is_new=not row.code,
        initial={name: getattr(row, name) for name in names},
    )
    rows = AssignmentFormSet(
        sent,
        prefix="sites",
        initial=[
            {
                "site": it.site,
                "is_included": "yes" if it.is_included else "no",
                "starts_on": it.starts_on,
                "ends_on": it.ends_on,
                "reason": it.reason,
            }
            for it in mine
        ],
        form_kwargs={"sites": _list_sites(actor, {it.site for it in mine})},
    )
    back = reverse("channels:channel", args=[row.code]) if row.code else reverse("channels:index")
    # Both are read, so that all that is wrong is told at once.
    if all([form.is_valid(), rows.is_valid()]) and sent is not None:
        code = row.code or form.cleaned_data["code"]
        # What is given of sites this person does not see stays as it is.
        unseen = [
            Assigned(**{name: getattr(it, name) for name in Assigned.__dataclass_fields__})
            for it in row.assignments
            if it not in mine
        ]
        named_here = [it for it in (each.read() for each in rows) if it is not None]
        is_kept = keep_or_tell(
            form,
            lambda: kept.save_channel(
                code=code,
                fields=form.read(),
                assigned=[*unseen, *named_here],
                version=form.cleaned_data["version"],
                by=get_trace(request),
                at=timezone.now(),
            ),
        )
        if is_kept:
            messages.success(request, _("Saved. Orders and carts from now on go by it."))
            return redirect("channels:channel", code=code)
    context = {
        "form": form,
        "rows": rows,
        "row": row,
        "back": back,
        "has_groups": bool(groups),
        "history": read_history(document_type="channel", number=row.code) if row.code else None,
    }
    return render(request, "console/pool/channel_form.html", context, status=get_status(sent))


def _keep_group(request: HttpRequest, row: GroupRow) -> HttpResponse:
    actor, sent = get_actor(request), read_form(request)
    mine = [site for site in row.sites if actor.sees(site)]
    form = GroupForm(
        sent,
        sites=_list_sites(actor, set(mine)),
        is_new=not row.code,
        initial={
            "code": row.code,
            "name": row.name,
            "name_zh": row.name_zh,
            "version": row.version,
            "sites": mine,
        },
    )
    if form.is_valid():
        values = form.cleaned_data
        is_kept = keep_or_tell(
            form,
            lambda: kept.save_group(
                code=row.code or values["code"],
                name=values["name"],
                name_zh=values["name_zh"],
                sites=[*(set(row.sites) - set(mine)), *values["sites"]],
                version=values["version"],
                by=get_trace(request),
                at=timezone.now(),
            ),
        )
        if is_kept:
            messages.success(request, _("Saved. Its channels sell from these sites from now on."))
            return redirect("pool:groups")
    context = {
        "form": form,
        "row": row,
        "back": reverse("pool:groups"),
        "channels": [it for it in channels.list_channels() if row.code and it.group == row.code],
        "history": read_history(document_type="site_group", number=row.code) if row.code else None,
    }
    return render(request, "console/pool/group_form.html", context, status=get_status(sent))


def read_form(request: HttpRequest) -> QueryDict | None:
    """Return what was sent; an empty form is one too."""
    return request.POST if request.method == "POST" else None


def get_status(sent: QueryDict | None) -> int:
    """Return the status of a form shown: again, when what was sent could not be kept."""
    return 200 if sent is None else 422


def keep_or_tell(form: forms.Form, keep: Callable[[], object]) -> bool:
    """Keep what a form says; what is refused is told in the form. Return whether it was kept."""
    try:
        keep()
    except VersionMismatch as refusal:
        if isinstance(form, KeptForm) and form.is_new:
            form.add_error("code", _("This code is taken."))
        else:
            form.add_error(
                None,
                _(
                    "Somebody changed this in the meantime. Open it again to see how it is now,"
                    " then change it."
                )
                + f" ({refusal.code})",
            )
        return False
    except Refusal as refusal:
        form.add_error(None, f"{tell(refusal)} ({refusal.code})")
        return False
    return True


def _list_sites(actor: Actor, known: set[str]) -> list[tuple[str, str]]:
    """Return the sites one can choose, by code; those chosen before stay, in use or not."""
    rows: list[Any] = masterdata.list_sites(only=actor.sites)
    return [
        (row.code, f"{name_of(row)} ({row.code})")
        for row in rows
        if row.is_active or row.code in known
    ]
