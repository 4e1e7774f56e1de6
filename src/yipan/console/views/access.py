"""Pages of people, API keys and the audit."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from yipan.access import audit, keys, people
from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import page
from yipan.access.grants import SitesRequired
from yipan.access.roles import ROLE_LABELS, Role
from yipan.console.changes import describe, name_action
from yipan.console.forms_access import AuditForm, KeyForm, PasswordForm, PersonForm
from yipan.console.naming import name_of
from yipan.foundation.refusals import Refusal
from yipan.masterdata.queries import places

SITE_TYPES = ("warehouse", "store")
AUDIT_ROWS = 100


@require_GET
@page(action="access.people")
def list_people(request: HttpRequest) -> HttpResponse:
    """List everybody who may log in."""
    text = request.GET.get("q", "")[:80]
    rows = [{"person": row, "roles": _label(row.roles)} for row in people.list_people(text=text)]
    return render(request, "console/access/people.html", {"rows": rows, "text": text})


@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
@page(action="access.people")
def add_person(request: HttpRequest) -> HttpResponse:
    """Let a new person in."""
    form = PersonForm(_read(request), sites=_list_sites(), initial={"is_active": True})
    password = PasswordForm(_read(request))
    if request.method == "POST" and form.is_valid() and password.is_valid():
        try:
            user_id = people.create(
                form.read_grant(),
                password=password.cleaned_data["password"],
                by=get_actor(request),
                at=timezone.now(),
                device=get_device(request),
            )
        except (people.PersonNameTaken, SitesRequired) as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("The person may log in."))
            return redirect("access:edit_person", user_id=user_id)
    context = {"form": form, "password": password}
    return render(request, "console/access/person.html", context, status=_get_status(form))


@require_http_methods(["GET", "POST"])
@page(action="access.people")
def edit_person(request: HttpRequest, user_id: int) -> HttpResponse:
    """Change names, roles and sites of a person; it counts from the next click on."""
    person = people.get_person(user_id)
    initial = {
        "username": person.username,
        "display_name": person.display_name,
        "email": person.email,
        "language": person.language,
        "is_active": person.is_active,
        "roles": person.roles,
        "sites": person.sites,
    }
    form = PersonForm(_read(request), sites=_list_sites(), initial=initial)
    form.fields["username"].disabled = True
    if request.method == "POST" and form.is_valid():
        try:
            people.change(
                form.read_grant(username=person.username),
                by=get_actor(request),
                at=timezone.now(),
                device=get_device(request),
            )
        except (people.LastAdmin, SitesRequired) as refusal:
            _tell(form, refusal)
        else:
            messages.success(request, _("Saved."))
            return redirect("access:edit_person", user_id=user_id)
    history = audit.list_entries(audit.AuditFilter(about=f"person:{person.username}"), limit=10)
    context = {
        "form": form,
        "person": person,
        "password": PasswordForm(),
        "history": [describe(entry) for entry in history],
    }
    return render(request, "console/access/person.html", context, status=_get_status(form))


@sensitive_post_parameters("password")
@require_POST
@page(action="access.people")
def reset_password(request: HttpRequest, user_id: int) -> HttpResponse:
    """Give a person another password, which ends the person's sessions."""
    person = people.get_person(user_id)
    form = PasswordForm(request.POST)
    if form.is_valid():
        people.set_password(
            username=person.username,
            password=form.cleaned_data["password"],
            by=get_actor(request),
            at=timezone.now(),
            device=get_device(request),
        )
        messages.success(request, _("The new password counts from now on."))
    else:
        for error in form.errors.get("password", []):
            messages.error(request, str(error))
    return redirect("access:edit_person", user_id=user_id)


@require_GET
@page(action="access.keys")
def list_keys(request: HttpRequest) -> HttpResponse:
    """List all keys, also those that are over."""
    rows = [{"key": row, "roles": _label(row.roles)} for row in keys.list_keys(at=timezone.now())]
    return render(request, "console/access/keys.html", {"rows": rows})


@require_http_methods(["GET", "POST"])
@page(action="access.keys")
def add_key(request: HttpRequest) -> HttpResponse:
    """Make a key, and show its secret this once."""
    form = KeyForm(_read(request), sites=_list_sites(), initial={"roles": [Role.INTEGRATION]})
    if request.method == "POST" and form.is_valid():
        try:
            made = keys.create(
                form.read_grant(),
                by=get_actor(request),
                at=timezone.now(),
                device=get_device(request),
            )
        except (keys.KeyNameTaken, SitesRequired) as refusal:
            _tell(form, refusal)
        else:
            return render(request, "console/access/key_made.html", {"made": made})
    return render(request, "console/access/key.html", {"form": form}, status=_get_status(form))


@require_POST
@page(action="access.keys")
def revoke_key(request: HttpRequest, key_id: int) -> HttpResponse:
    """Make a key useless from now on."""
    name = keys.get_name(key_id)
    keys.revoke(name=name, by=get_actor(request), at=timezone.now(), device=get_device(request))
    messages.success(request, _("The key %(name)s opens nothing any more.") % {"name": name})
    return redirect("access:keys")


@require_GET
@page(action="access.audit")
def list_audit(request: HttpRequest) -> HttpResponse:
    """List administrative changes, the newest first."""
    form = AuditForm(request.GET)
    form.is_valid()
    values = form.cleaned_data
    until = values.get("until_date")
    which = audit.AuditFilter(
        actor=values.get("actor", ""),
        action=values.get("action", ""),
        subject=values.get("subject", ""),
        from_at=_begin(values.get("from_date")),
        until_at=_begin(until + timedelta(days=1)) if until else None,
        before_id=values.get("before"),
    )
    entries = audit.list_entries(which, limit=AUDIT_ROWS)
    context = {
        "rows": [describe(entry) for entry in entries],
        "filters": values,
        "actions": [(action, name_action(action)) for action in audit.list_actions()],
        "before": entries[-1].entry_id if len(entries) == AUDIT_ROWS else None,
        "is_filtered": any(values.values()),
    }
    return render(request, "console/access/audit.html", context)


def _list_sites() -> list[tuple[str, str]]:
    rows = places.list_sites()
    return [
        (row.code, name_of(row)) for row in rows if row.is_active and row.site_type in SITE_TYPES
    ]


def _label(roles: tuple[Role, ...]) -> list[str]:
    return [str(ROLE_LABELS[role]) for role in roles]


def _begin(day: date | None) -> datetime | None:
    return None if day is None else timezone.make_aware(datetime.combine(day, time.min))


def _get_status(form: PersonForm | KeyForm) -> int:
    return 422 if form.errors else 200


def _tell(form: PersonForm | KeyForm, refusal: Refusal) -> None:
    """Say at the right field what was refused, and what to do."""
    if isinstance(refusal, people.PersonNameTaken):
        form.add_error("username", _("Somebody has this name."))
    elif isinstance(refusal, keys.KeyNameTaken):
        form.add_error("name", _("A key has or had this name."))
    elif isinstance(refusal, people.LastAdmin):
        form.add_error("roles", _("Somebody has to stay administrator."))
    else:
        form.add_error("sites", _("These roles work at a site: choose at least one."))


def _read(request: HttpRequest) -> QueryDict | None:
    """Return what was sent; an empty form is one too."""
    return request.POST if request.method == "POST" else None
