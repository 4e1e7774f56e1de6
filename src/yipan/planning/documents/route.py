"""From which site a transfer goes: told when it is released, so that waiting goods count once."""

from __future__ import annotations

from yipan.planning.models import TransferRoute


def note(*, document_number: str, from_site: str) -> None:
    """Note the sender of a transfer. Safe to repeat."""
    TransferRoute.objects.get_or_create(
        document_number=document_number, defaults={"from_site": from_site}
    )
