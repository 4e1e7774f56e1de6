"""The page that says what a bundle (组合商品) is made of."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from yipan.access.doors import page
from yipan.console.forms_selling import PartFormSet, VersionForm, read_parts
from yipan.console.views.selling_setup import get_status, keep_or_tell, read_form
from yipan.documents.doors import get_trace
from yipan.documents.history import read_history
from yipan.foundation.refusals import NotFound
from yipan.masterdata import queries as masterdata
from yipan.pool.policy import channels as kept
from yipan.pool.queries.bundles import find_bundle
from yipan.pool.queries.channels import find_bundles_of


@require_http_methods(["GET", "POST"])
@page(action="pool.policy")
def edit_bundle(request: HttpRequest, bundle: str) -> HttpResponse:
    """Say what a bundle is made of."""
    sku = masterdata.find_skus([bundle]).get(bundle)
    if sku is None:
        raise NotFound(kind="sku", id=bundle)
    before, sent = find_bundle(bundle), read_form(request)
    form = VersionForm(sent, initial={"version": before.version})
    rows = PartFormSet(
        sent,
        prefix="parts",
        initial=[{"sku": it.sku, "quantity": it.quantity} for it in before.parts],
    )
    back = reverse("masterdata:sku", args=[bundle])
    if all([form.is_valid(), rows.is_valid()]):
        is_kept = keep_or_tell(
            form,
            lambda: kept.save_bundle(
                bundle=bundle,
                parts=read_parts(rows),
                version=form.cleaned_data["version"],
                by=get_trace(request),
                at=timezone.now(),
            ),
        )
        if is_kept:
            messages.success(request, _("Saved. Orders and carts from now on go by it."))
            return redirect(back)
    context = {
        "form": form,
        "rows": rows,
        "sku": sku,
        "back": back,
        "history": read_history(document_type="bundle", number=bundle),
    }
    return render(request, "console/pool/bundle_form.html", context, status=get_status(sent))


def describe(sku: str) -> dict[str, Any]:
    """Return what a SKU is made of and what it is a part of, with the names of both."""
    parts, part_of = find_bundle(sku).parts, sorted(find_bundles_of({sku}))
    names = masterdata.find_skus({*(it.sku for it in parts), *part_of})
    return {"parts": parts, "part_of": part_of, "names": names}
