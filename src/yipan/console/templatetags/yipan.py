"""`{% load yipan %}`: icons, figures, badges and the parts of pages."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django import template
from django.template.context import Context
from django.template.loader_tags import BLOCK_CONTEXT_KEY
from django.templatetags.static import static
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext

from yipan.access.actors import find_actor
from yipan.console import documents, formats, marks, people_names, waterfall
from yipan.console.icons import draw_icon
from yipan.console.naming import name_of
from yipan.console.templatetags import lists
from yipan.masterdata.models.places import ZoneType
from yipan.recon.views.words import CAUSES

register = template.Library()
register.tags.update(lists.register.tags)

ZONE_TYPES = dict(ZoneType.choices)
SIGN_CLASSES = {-1: "negative", 0: "zero", 1: "positive"}


@register.simple_tag
def icon(name: str, size: int = 16) -> SafeString:
    """Draw an icon of the Lucide set. It says nothing to a screen reader: a word stands beside."""
    return draw_icon(name, size)


@register.filter
def quantity(value: int | None, unit: str = "") -> str:
    """Write a quantity in its smallest unit, below zero in red; nothing known is a dash."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    text = formats.write_integer(int(value))
    if unit:
        text = format_html('{}<small class="unit">{}</small>', text, unit)
    if int(value) < 0:
        return format_html('<span class="negative">{}</span>', text)
    return text


@register.filter
def unwanted(value: int | None) -> str:
    """Write a quantity that had better be nothing: in red; nothing is a quiet 0."""
    if not value:
        return format_html('<span class="muted">{}</span>', "–" if value is None else "0")
    return format_html('<span class="negative">{}</span>', formats.write_integer(int(value)))


@register.filter
def change(value: int | None) -> str:
    """Write a change with its sign, in the color of its direction."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    sign = (value > 0) - (value < 0)
    return format_html(
        '<span class="{}">{}</span>', SIGN_CLASSES[sign], formats.write_signed(int(value))
    )


@register.filter
def money(minor: int | None, currency: str = "CNY") -> str:
    """Write an amount given in minor units of `currency`."""
    if minor is None:
        return format_html('<span class="muted">{}</span>', "–")
    sign, text = formats.write_money(abs(int(minor)), currency=currency)
    minus = formats.MINUS if minor < 0 else ""
    classes = "figure negative" if minor < 0 else "figure"
    return format_html(
        '<span class="{}">{}<small class="currency">{}</small>{}</span>', classes, minus, sign, text
    )


@register.filter
def moment(when: datetime | None) -> str:
    """Write a moment relative to now; the exact one shows on hover and to machines."""
    if when is None:
        return format_html('<span class="muted">{}</span>', "–")
    text = formats.write_relative(when, now=timezone.now())
    return _mark_time(when, text)


@register.filter
def clock(when: datetime | None) -> str:
    """Write a moment as day and minute; the exact one shows on hover."""
    if when is None:
        return format_html('<span class="muted">{}</span>', "–")
    return _mark_time(when, formats.write_clock(when))


@register.filter
def day(value: date | None) -> str:
    """Write a day."""
    if value is None:
        return format_html('<span class="muted">{}</span>', "–")
    return format_html('<time datetime="{}">{}</time>', value.isoformat(), formats.write_day(value))


@register.filter
def age(seconds: float | None) -> str:
    """Write a span of seconds."""
    return "–" if seconds is None else formats.write_age(seconds)


def _mark_time(when: datetime, text: str) -> SafeString:
    exact = formats.write_exact(when)
    return format_html('<time datetime="{}" title="{}">{}</time>', when.isoformat(), exact, text)


@register.simple_tag
def book(code: str) -> SafeString:
    """Show a book as its colored badge: two letters and the site."""
    mark, place = marks.get_book_mark(code)
    return format_html(
        '<span class="book tone-{}{}" title="{}"><b>{}</b>{}</span>',
        mark.tone,
        "" if place else " book-bare",
        f"{mark.label} {place}".strip(),
        mark.letters,
        place,
    )


@register.simple_tag
def status(code: str) -> SafeString:
    """Show a stock status as a word with a square in its tone."""
    label, tone = marks.get_status_mark(code)
    return format_html('<span class="status tone-{}">{}</span>', tone, label)


@register.simple_tag
def state(code: str) -> SafeString:
    """Show the state of a document as a badge."""
    label, tone = marks.get_state_mark(code)
    return format_html('<span class="badge badge-dot tone-{}">{}</span>', tone, label)


#: Ends that a document comes to only when it was all but through.
NEAR_THE_GOAL = frozenset({"closed_short", "reversed"})


@register.simple_tag
def stepper(
    steps: str, current: str, ended: str = "canceled closed_short reversed rejected"
) -> SafeString:
    """
    Show where a document stands on its way.

    `steps` are the states of the straight way, parted by blanks. A document that left it
    (`ended`) shows where it began and how it ended, since it may have left anywhere between;
    one that ended near its goal (`NEAR_THE_GOAL`) shows the way up to there.
    """
    names = steps.split()
    if current in ended.split() and current not in names:
        names = [*(names[:-1] if current in NEAR_THE_GOAL else names[:1]), current]
    position = names.index(current) if current in names else -1
    left = ended.split()
    items = format_html_join(
        "", "{}", ((_draw_step(name, at - position, left),) for at, name in enumerate(names))
    )
    return format_html('<ol class="stepper" aria-label="{}">{}</ol>', gettext("Progress"), items)


def _draw_step(name: str, distance: int, ended: list[str]) -> SafeString:
    label, _tone = marks.get_state_mark(name)
    if distance < 0:
        return format_html(
            '<li class="is-past"><span class="dot">{}</span>{}</li>', draw_icon("check", 16), label
        )
    if distance > 0:
        return format_html('<li><span class="dot"></span>{}</li>', label)
    if name in ended:
        return format_html(
            '<li class="is-ended" aria-current="step"><span class="dot">{}</span>{}</li>',
            draw_icon("x", 16),
            label,
        )
    return format_html('<li aria-current="step"><span class="dot"></span>{}</li>', label)


@register.simple_tag(takes_context=True)
def again(context: Context, name: str) -> str:
    """Render a block of this page a second time: the title, in the head and above the page."""
    blocks = context.render_context.get(BLOCK_CONTEXT_KEY)
    found = blocks.get_block(name) if blocks else None
    return found.render(context) if found else ""


@register.simple_tag(name="waterfall")
def draw_waterfall(steps: Iterable[Mapping[str, Any]]) -> SafeString:
    """Draw a waterfall from one number to the next; see `console.waterfall`."""
    return waterfall.draw([waterfall.Step(**step) for step in steps])


@register.filter
def group(code: str) -> str:
    """Write the name of a group of statuses: `sound`, or the status itself."""
    return gettext("Sound") if code == "sound" else marks.get_status_mark(code)[0]


@register.simple_tag
def chart_bundle() -> str:
    """Return the address of the bundle that draws charts; empty when it was not built."""
    try:
        return static("vendor/vega.js")
    except ValueError:
        return ""


@register.filter
def unlocalized(value: float) -> str:
    """Write a measure of a drawing: a point before its decimals, whatever the language."""
    return f"{value:g}"


@register.filter
def named(row: Any) -> str:
    """Write the name of a row of master data in the reader's language."""
    return name_of(row)


@register.simple_tag(takes_context=True)
def may(context: Context, action: str) -> bool:
    """Tell whether the reader may take an action: a link that leads to a "no" is not shown."""
    actor = find_actor(context["request"])
    return actor is not None and actor.may(action)


@register.simple_tag
def page_of(number: str) -> str:
    """Return the address of the page of a document known by its number alone, or nothing."""
    return documents.find_by_number(number)


@register.filter
def disposition(code: str) -> str:
    """Write what became of goods that were brought back."""
    return str(marks.DISPOSITIONS.get(code, code))


@register.filter
def step(code: str) -> str:
    """Write the step of a document as a word: `reserve-2` is the second time it was reserved."""
    name, _dash, times = code.rpartition("-")
    if not times.isdecimal():
        name, times = code, ""
    return f"{marks.STEPS.get(name, name)} {times}".strip()


@register.filter
def actor(name: str) -> str:
    """Write who did something: what we do by ourselves in words, people by their names."""
    if not name:
        return ""
    return str(marks.ACTORS[name]) if name in marks.ACTORS else people_names.mark(name)


@register.filter
def actors(names: Iterable[str]) -> SafeString:
    """Write who did something together."""
    return format_html_join(", ", "{}", ((actor(name),) for name in names))


@register.filter
def zone_type(code: str) -> str:
    """Write what a part of a site is for."""
    return str(ZONE_TYPES.get(code, code))


@register.filter
def cause(code: str) -> str:
    """Write a cause of a difference in words."""
    return str(CAUSES.get(code, code))


@register.filter
def name_in(code: str, rows: Mapping[str, Any]) -> str:
    """Write the name of what has a code, out of rows by code; the code itself where none has it."""
    row = rows.get(code)
    return name_of(row) if row is not None else code


@register.filter
def account(path: str) -> str:
    """Write an account as people read it: place and status, or the outside."""
    parts = path.split("/")
    if parts[0] in marks.OUTSIDE:
        return str(marks.OUTSIDE[parts[0]]) + ("".join(f" · {part}" for part in parts[1:]))
    label, _tone = marks.get_status_mark(parts[-1])
    if len(parts) == 1 or parts[-1] not in marks.STATUSES:
        label = ""
    places = parts[1:] if parts[0] == "on_hand" else parts
    places = places[:-1] if label else places
    names = [str(marks.PLACES.get(place, place)) for place in places]
    return " · ".join([*names, label] if label else names)


@register.filter
def place(code: str) -> str:
    """Write a place of a store, as `account` does; a bin by its own name."""
    return str(marks.PLACES.get(code, code))


@register.filter
def origin(text: str) -> str:
    """Write an origin as people read it: document and number, without the step."""
    kind, _slash, rest = text.partition("/")
    number = rest.rpartition("/")[0] or rest
    return f"{marks.DOCUMENTS.get(kind, kind.replace('_', ' '))} {number}".strip()
