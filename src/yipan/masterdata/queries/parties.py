"""Reads of parties: suppliers and customers."""

from __future__ import annotations

from collections.abc import Collection
from typing import TypeVar

from django.db.models import Q, QuerySet
from django.forms.models import model_to_dict

from yipan.masterdata import refusals
from yipan.masterdata.models import Customer, Supplier
from yipan.masterdata.rows import CustomerRow, SupplierRow

ROWS_MAX = 1_000
P = TypeVar("P", Supplier, Customer)


def get_supplier(code: str) -> SupplierRow:
    """
    Return one supplier.

    :raises SupplierUnknown: if there is no such code.
    """
    found = find_suppliers([code])
    if code not in found:
        raise refusals.SupplierUnknown(supplier=code)
    return found[code]


def find_suppliers(codes: Collection[str]) -> dict[str, SupplierRow]:
    """Return the suppliers that exist among `codes`, by code."""
    query = Supplier.objects.filter(code__in=set(codes))
    return {supplier.code: make_supplier_row(supplier) for supplier in query}


def list_suppliers(
    *, text: str = "", after: str = "", limit: int = ROWS_MAX, only_active: bool = False
) -> list[SupplierRow]:
    """Return suppliers ordered by code, those behind `after` only."""
    query = _find_text(Supplier.objects.filter(code__gt=after), text)
    if only_active:
        query = query.filter(is_active=True)
    assert 0 < limit <= ROWS_MAX
    return [make_supplier_row(supplier) for supplier in query.order_by("code")[:limit]]


def find_customers(codes: Collection[str]) -> dict[str, CustomerRow]:
    """Return the customers that exist among `codes`, by code."""
    query = Customer.objects.filter(code__in=set(codes))
    return {customer.code: make_customer_row(customer) for customer in query}


def list_customers(*, text: str = "", after: str = "", limit: int = ROWS_MAX) -> list[CustomerRow]:
    """Return customers ordered by code, those behind `after` only."""
    assert 0 < limit <= ROWS_MAX
    query = _find_text(Customer.objects.filter(code__gt=after), text)
    return [make_customer_row(customer) for customer in query.order_by("code")[:limit]]


def make_supplier_row(supplier: Supplier) -> SupplierRow:
    """Return the plain row of a supplier."""
    return SupplierRow(**model_to_dict(supplier, exclude=["id"]))


def make_customer_row(customer: Customer) -> CustomerRow:
    """Return the plain row of a customer."""
    return CustomerRow(**model_to_dict(customer, exclude=["id"]))


def _find_text(query: QuerySet[P], text: str) -> QuerySet[P]:
    for word in text.split():
        query = query.filter(
            Q(code__icontains=word) | Q(name__icontains=word) | Q(name_zh__icontains=word)
        )
    return query
