"""Goal: text has a contrast of at least 4.5 on whatever it stands on, controls 3, in all themes."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visitor
from yipan.access.roles import Role

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SURFACES = ("page", "card", "raised", "sunken", "hover", "selected")
TEXTS = ("strong", "normal", "muted", "link", "good", "warn", "bad", "info")
CONTROLS = ("control-line", "focus", "accent")
BOOKS = ("erp", "wms", "pos", "oms", "channels", "planning", "counts", "differences")
TONES = ("good", "warn", "bad", "info")

#: What stands on what, and the contrast it needs (WCAG 2.2, 1.4.3 and 1.4.11).
PAIRS = [
    *((text, surface, 4.5) for text in TEXTS for surface in SURFACES),
    *((control, surface, 3.0) for control in CONTROLS for surface in ("page", "card", "raised")),
    *((f"book-{book}", f"book-{book}-soft", 4.5) for book in BOOKS),
    *((f"book-{book}", "card", 3.0) for book in BOOKS),
    *((tone, f"{tone}-soft", 4.5) for tone in TONES),
    *(("strong", f"{tone}-soft", 4.5) for tone in TONES),
    ("on-accent", "accent", 4.5),
]

#: Relative luminance of custom properties, by painting them and reading the pixel back.
MEASURE = """
(names) => {
  const canvas = document.createElement("canvas");
  const pen = canvas.getContext("2d", { willReadFrequently: true });
  const probe = document.body.appendChild(document.createElement("i"));
  const light = (value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  };
  const found = {};
  for (const name of names) {
    probe.style.color = `var(--${name})`;
    pen.fillStyle = getComputedStyle(probe).color;
    pen.fillRect(0, 0, 1, 1);
    const [red, green, blue] = pen.getImageData(0, 0, 1, 1).data;
    found[name] = 0.2126 * light(red) + 0.7152 * light(green) + 0.0722 * light(blue);
  }
  probe.remove();
  return found;
}
"""


@pytest.mark.parametrize("theme", ["light", "dark", "contrast"])
def test_colors_can_be_told_apart(
    theme: str, visit: Visitor, choose: Callable[..., None], live_server: LiveServer
) -> None:
    page = visit(Role.ADMIN)
    choose(theme=theme)
    page.goto(live_server.url + "/design")

    names = sorted({name for pair in PAIRS for name in pair[:2]})
    light: dict[str, float] = page.evaluate(MEASURE, names)

    too_weak = [
        (upper, lower, round(_contrast(light[upper], light[lower]), 2))
        for upper, lower, least in PAIRS
        if _contrast(light[upper], light[lower]) < least
    ]
    assert too_weak == []


def _contrast(one: float, other: float) -> float:
    return (max(one, other) + 0.05) / (min(one, other) + 0.05)
