"""People on pages by their names: marked while a page is built, written at its end by one query.

A template meets one log-in name at a time, so looking each up would ask the database once a row.
It leaves a mark instead (`|actor`); when the page is whole, all its marks are read together and
become names. Whoever has no name on screen stays the log-in name, and so does what is no person: a
key, a till. Files and answers of the API never pass here: they keep log-in names.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from secrets import token_hex

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.html import format_html
from django.utils.safestring import SafeString

from yipan.access import people

GetResponse = Callable[[HttpRequest], HttpResponseBase]

#: Nobody who types into a form can make a mark: it carries a word of this process alone.
_SECRET = token_hex(8)
_START, _END = f"\ue000{_SECRET}:", "\ue001"
_MARK = re.compile(f"{_START}([^{_END}]*){_END}")
_START_BYTES = _START.encode()


def mark(username: str) -> SafeString:
    """Return a mark that becomes the name of whoever logs in as `username`."""
    return format_html("{}{}{}", _START, username, _END)


def write_names(page: str) -> str:
    """Return a page with its marks written as names; one query, none where nobody is marked."""
    usernames = {unescape(found) for found in _MARK.findall(page)}
    names = people.find_names(usernames) if usernames else {}

    def write(found: re.Match[str]) -> str:
        username = unescape(found.group(1))
        name = names.get(username, "")
        if not name or name == username:
            return found.group(1)
        return format_html(
            '<span class="person" title="{0}" data-username="{0}">{1}</span>', username, name
        )

    return _MARK.sub(write, page)


class NamesOfPeople:
    """Write the names of people into the pages that marked them."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as the page does, with names."""
        response = self._get_response(request)
        if isinstance(response, HttpResponse) and _START_BYTES in response.content:
            response.content = write_names(response.content.decode()).encode()
        return response
