"""A paper as the answer to a request, in the language asked for."""

from __future__ import annotations

from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from yipan.foundation.refusals import Refusal

#: What the API's description says of an operation that answers a paper.
PDF_ANSWER: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "The paper.",
            "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}


class LanguageUnknown(Refusal):
    """A paper was asked for in a language there is none in: `en` or `zh-hans`."""

    code = "printing.language_unknown"
    status = 422


def choose_language(request: HttpRequest) -> str:
    """
    Return the language a paper is to be in: `?language=`, else the reader's.

    :raises LanguageUnknown: if the address names one that the product does not speak.
    """
    known = dict(settings.LANGUAGES)
    asked = request.GET.get("language", "").lower()
    if asked and asked not in known:
        raise LanguageUnknown(language=asked[:16], known=sorted(known))
    speaking = asked or translation.get_language() or ""
    return speaking if speaking in known else settings.LANGUAGE_CODE


def answer_paper(content: bytes, *, name: str) -> HttpResponse:
    """Return a PDF that browsers show, and save under `name`."""
    response = HttpResponse(content, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="{name}.pdf"'
    return response
