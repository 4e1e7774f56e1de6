"""Behind a number: the movements that made it, and behind each the posting and its message."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from yipan.access.actors import Actor, get_actor
from yipan.access.doors import page
from yipan.console import books, documents, statement
from yipan.console.formats import write_exact
from yipan.console.views import reservations
from yipan.documents.exports import Cell, answer_file
from yipan.exchange.queries import MessageRow, get_message
from yipan.foundation.refusals import NotFound
from yipan.ledger.queries import get_posting
from yipan.ledger.rows import Posting
from yipan.ledger.totals import list_accounts, list_postings_of_message
from yipan.ledger.uris import make_uris
from yipan.masterdata.queries import find_skus

ROWS_PER_PAGE = 50
ROWS_PER_FILE = 1_000
SCOPE_LENGTH_MAX = 120
EVERYTHING = "on_hand"


@page(action="ledger.read")
def list_postings(request: HttpRequest, book: str, sku: str) -> HttpResponse:
    """Show the statement of one SKU in one book, or in one of its accounts."""
    actor = get_actor(request)
    goods = books.get_goods(sku)
    is_visible = _make_filter(book, actor)
    scope = request.GET.get("account", "")[:SCOPE_LENGTH_MAX].strip("/") or EVERYTHING
    as_file = request.GET.get("format") == "csv"
    read = statement.read_statement(
        book=book,
        sku=sku,
        scope=scope,
        limit=ROWS_PER_FILE if as_file else ROWS_PER_PAGE,
        before=request.GET.get("before") or None,
        is_visible=is_visible,
    )
    if as_file:
        return _make_file(read, book=book, sku=sku)
    accounts = [row for row in list_accounts(sku=sku) if row.book == book]
    accounts = [row for row in accounts if is_visible(row.account)]
    return render(
        request,
        "console/books/postings.html",
        {
            "book": book,
            "sku": goods,
            "scope": scope,
            "is_everything": scope == EVERYTHING,
            "accounts": accounts,
            "total": sum(row.quantity for row in accounts if books.is_below(row.account, scope)),
            "statement": read,
            "for_whom": _find_promises(scope, sku=sku, actor=actor) if book == books.HUB else "",
        },
    )


def _find_promises(scope: str, *, sku: str, actor: Actor) -> str:
    """Return the address of the promises behind an account of what is set aside, or nothing."""
    parts = scope.split("/")
    if parts[0] != "on_hand" or parts[-1] not in {"reserved", "held"}:
        return ""
    if not actor.may("pool.read"):
        return ""
    return reservations.find_address(sku=sku, site=parts[1], state=parts[-1])


@page(action="ledger.read")
def show_posting(request: HttpRequest, book: str, origin: str) -> HttpResponse:
    """Show one posting: its movements, its document, its message, and who did it."""
    actor = get_actor(request)
    _make_filter(book, actor)
    posting = get_posting(book=book, origin=origin)
    _require_sight(posting, book=book, actor=actor)
    header = posting.header
    skus = find_skus({row.sku for row in posting.movements})
    return render(
        request,
        "console/books/posting.html",
        {
            "posting": posting,
            "header": header,
            "document": documents.describe(book=book, origin=origin),
            "movements": [(row, skus.get(row.sku)) for row in posting.movements],
            "message": _find_message(header.source, header.sequence),
            "elsewhere": _list_elsewhere(posting, actor=actor),
            "may_read_messages": actor.may("exchange.read"),
        },
    )


def _make_filter(book: str, actor: Actor) -> Callable[[str], bool]:
    """
    Return which accounts of a book the reader may see.

    :raises NotFound: if the book is that of a site the reader does not see.
    """
    kind, _colon, place = book.partition(":")
    if kind != books.HUB:
        if kind not in books.SYSTEMS.values() or not place:
            raise NotFound(kind="book", id=book)
        actor.require_site(place)
        return lambda _account: True

    def is_visible(account: str) -> bool:
        site = books.get_site_of(book, account)
        return site == "" or actor.sees(site)

    return is_visible


def _require_sight(posting: Posting, *, book: str, actor: Actor) -> None:
    """
    Return quietly when the posting touches a site the reader may see.

    :raises NotFound: if all it touches belongs to others.
    """
    sites = {
        books.get_site_of(book, account)
        for row in posting.movements
        for account in (row.from_account, row.to_account)
    } - {""}
    if sites and not any(actor.sees(site) for site in sites):
        raise NotFound(kind="posting", id=posting.header.origin)


def _find_message(source: str, sequence: int | None) -> MessageRow | None:
    if not source or sequence is None:
        return None
    try:
        return get_message(source=source, sequence=sequence)
    except NotFound:
        return None


def _list_elsewhere(posting: Posting, *, actor: Actor) -> list[tuple[str, str, documents.Document]]:
    """Return the postings of the same message in other books: book, origin, document."""
    header = posting.header
    if not header.source or header.sequence is None:
        return []
    return [
        (row.book, row.origin, documents.describe(book=row.book, origin=row.origin))
        for row in list_postings_of_message(source=header.source, sequence=header.sequence)
        if (row.book, row.origin) != (header.book, header.origin)
        and (":" not in row.book or actor.sees(row.book.partition(":")[2]))
    ]


def _make_file(read: statement.Statement, *, book: str, sku: str) -> HttpResponse:
    head = [
        *(
            _("Occurred"),
            _("Written down"),
            _("Document"),
            _("From account"),
            _("To account"),
            _("Change"),
        ),
        *(_("Balance"), _("Person"), _("Device"), _("Reason"), _("Source"), _("Sequence")),
        *("document_uri", "actor_uri", "reason_uri"),
    ]
    rows: list[list[Cell]] = []
    for row in read.rows:
        movement, header = row.movement, row.movement.header
        rows.append(
            [
                write_exact(movement.occurred_at),
                write_exact(movement.recorded_at),
                header.origin if header else "",
                movement.from_account,
                movement.to_account,
                row.effect,
                row.balance,
                header.actor if header else "",
                header.device if header else "",
                header.reason if header else "",
                header.source if header else "",
                header.sequence if header else None,
                *make_uris(header),
            ]
        )
    name = f"{book.replace(':', '-')}-{sku}-postings"
    return answer_file(name=name, file_format="csv", head=head, rows=rows)
