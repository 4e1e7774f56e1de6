"""Rules of the allocation (配货单): sharing out fairly what does not suffice for all.

Nothing here reads the database or the clock. Quantities are in the SKU's smallest unit.
"""

from __future__ import annotations

from collections.abc import Mapping


def share_out(*, available: int, needs: Mapping[str, int], case_size: int = 1) -> dict[str, int]:
    """
    Share one SKU out to the sites that need it, in whole cases.

    Nobody gets more than it needs. When it does not suffice, each gets its part in proportion to
    its need, rounded down to cases, and the cases left over go to the largest remainders; of
    equal ones to the larger need, then to the site first by code. What a case does not fill is
    handed out piece by piece only where a site needs less than a case.
    """
    assert case_size > 0
    assert all(need >= 0 for need in needs.values())
    wanted = {site: _round_need(need, case_size) for site, need in needs.items()}
    total = sum(wanted.values())
    supply = max(0, available)
    if total <= supply:
        return wanted
    shares = {
        site: min(want, supply * want // total // case_size * case_size)
        for site, want in wanted.items()
    }
    left = supply - sum(shares.values())
    order = sorted(
        wanted,
        key=lambda site: (shares[site] * total - supply * wanted[site], -wanted[site], site),
    )
    for site in order:
        step = min(case_size, wanted[site] - shares[site])
        if 0 < step <= left:
            shares[site] += step
            left -= step
    return shares


def _round_need(need: int, case_size: int) -> int:
    """Return a need in whole cases; one of less than a case stays as it is."""
    return need if need < case_size else need // case_size * case_size
