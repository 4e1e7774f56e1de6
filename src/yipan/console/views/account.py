"""One's own account: what one may do, and the password."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from yipan.access import people
from yipan.access.actors import get_actor
from yipan.access.devices import get_device
from yipan.access.doors import page
from yipan.access.models import User
from yipan.access.roles import ROLE_HINTS, ROLE_LABELS
from yipan.console.forms_access import OwnPasswordForm


@sensitive_post_parameters("old_password", "password")
@require_http_methods(["GET", "POST"])
@page(action="console.preferences")
def show_account(request: HttpRequest) -> HttpResponse:
    """Show who one is here, and let one choose another password."""
    actor = get_actor(request)
    assert actor.user_id is not None, "pages are for people"
    form = OwnPasswordForm(_read(request))
    if request.method == "POST" and form.is_valid():
        try:
            people.change_own_password(
                user_id=actor.user_id,
                old=form.cleaned_data["old_password"],
                new=form.cleaned_data["password"],
                at=timezone.now(),
                device=get_device(request),
            )
        except people.PasswordWrong:
            form.add_error("old_password", _("This is not your present password."))
        else:
            update_session_auth_hash(request, User.objects.get(pk=actor.user_id))
            messages.success(request, _("The new password counts from now on."))
            return redirect("access:account")
    context = {
        "form": form,
        "person": people.get_person(actor.user_id),
        "roles": [(ROLE_LABELS[role], ROLE_HINTS[role]) for role in sorted(actor.roles)],
        "device": get_device(request),
    }
    status = 422 if form.errors else 200
    return render(request, "console/access/account.html", context, status=status)


def _read(request: HttpRequest) -> QueryDict | None:
    """Return what was sent; an empty form is one too."""
    return request.POST if request.method == "POST" else None
