"""What lists are filtered, sorted and paged by; part of `{% load yipan %}`."""

from __future__ import annotations

from typing import Any

from django import template
from django.template.context import Context
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yipan.console import formats, saved_lists
from yipan.console.icons import draw_icon

register = template.Library()


@register.simple_tag(takes_context=True)
def sort(context: Context, key: str, label: str) -> SafeString:
    """
    Make the head of a column sort by `key`.

    The order stands in the address as `sort=key`, or `sort=-key` for descending; a new
    order starts at the first page.
    """
    request = context["request"]
    current = request.GET.get("sort", "")
    wanted = f"-{key}" if current == key else key
    query = request.GET.copy()
    query.pop("after", None)
    query.pop("before", None)
    query["sort"] = wanted
    is_down = current == f"-{key}"
    active, said = SafeString(""), ""
    if current.lstrip("-") == key:
        active = SafeString(" aria-current=true")
        said = gettext("sorted downwards") if is_down else gettext("sorted upwards")
    return format_html(
        '<a class="sort" href="?{}"{} title="{}">{}{}</a>',
        query.urlencode(),
        active,
        said or gettext("Sort by it"),
        label,
        draw_icon("chevron-down" if is_down else "chevron-up", 16),
    )


@register.simple_tag(takes_context=True)
def with_query(context: Context, **changes: Any) -> str:
    """Return the address of this page with some parameters changed; None takes one away."""
    query = context["request"].GET.copy()
    for key, value in changes.items():
        if value is None or value == "":
            query.pop(key, None)
        else:
            query[key] = value
    return f"?{query.urlencode()}" if query else context["request"].path


@register.simple_tag(takes_context=True)
def chip(
    context: Context, label: str, count: int | None = None, *, first: bool = False, **which: Any
) -> SafeString:
    """
    Make a chip that filters a list: `which` are the parameters it sets, or takes away with None.

    It is on when the address says the same, and, as the `first`, when the address says nothing.
    A new filter starts at the first page.
    """
    query = context["request"].GET
    is_on = all(query.get(key, "") == (value or "") for key, value in which.items())
    is_on |= first and not any(key in query for key in which)
    counted = SafeString("")
    if count is not None:
        counted = format_html(
            ' <span class="chip-count">{}</span>', formats.write_integer(int(count))
        )
    return format_html(
        '<a class="chip" href="{}"{}>{}{}</a>',
        with_query(context, **which, after=None, before=None),
        SafeString(' aria-current="true"') if is_on else "",
        label,
        counted,
    )


@register.simple_tag(takes_context=True)
def keep_query(context: Context, *without: str) -> SafeString:
    """Keep what a list is filtered by in a form that changes the parameters named `without`."""
    pairs = [
        (key, value)
        for key, value in context["request"].GET.items()
        if value and key not in {*without, "after", "before"}
    ]
    return format_html_join("", '<input type="hidden" name="{}" value="{}">', pairs)


@register.inclusion_tag("console/parts/_search.html", takes_context=True)
def list_search(context: Context, placeholder: str, label: str = "") -> dict[str, Any]:
    """Show the search of a list; what else it is filtered by stays."""
    return {
        "request": context["request"],
        "text": context["request"].GET.get("q", ""),
        "placeholder": placeholder,
        "label": label or gettext("Search in this list"),
    }


@register.inclusion_tag("console/parts/_pages.html", takes_context=True)
def pages(context: Context, count: int, behind: str, key: str = "after") -> dict[str, Any]:
    """
    Show the foot of a list: how many rows, and the way to the pages before and behind.

    `behind` is where the page behind begins, empty on the last; it goes into the address
    as `key`.
    """
    query = context["request"].GET
    return {
        "count": count,
        "first_url": with_query(context, **{key: None}) if query.get(key) else "",
        "next_url": with_query(context, **{key: behind}) if behind else "",
    }


@register.inclusion_tag("console/parts/_saved_views.html", takes_context=True)
def saved_views(context: Context) -> dict[str, Any]:
    """Show the saved views of a list, and what can be chosen of it; the first in its toolbar."""
    return {
        "saved": saved_lists.describe(context["request"]),
        "csrf_token": context.get("csrf_token"),
    }
