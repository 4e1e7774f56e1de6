"""
Keep the trees of sums (摘要树) of both books of each site, and say which leaves differ.

What a look costs depends on what was posted since the last one and on what differs, not on how
much lies there.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from yipan.ledger import site_trees
from yipan.ledger.site_differences import SiteCut
from yipan.ledger.site_trees import LeafSum
from yipan.recon.models import BookTree
from yipan.recon.queries.cuts import HUB_BOOK

#: After so long a pause reading the balances is less than reading what changed.
PAUSE_MAX: Final = timedelta(hours=12)


@transaction.atomic
def find_leaves(
    *, cuts: Sequence[SiteCut], at: datetime, is_full: bool = False
) -> set[tuple[str, int]]:
    """
    Return the leaves, as site and leaf, whose sums differ between the two books at their cuts.

    `is_full` makes the trees anew from all balances first; so is a tree made that is not there
    or was not looked at for `PAUSE_MAX`.
    """
    if not cuts:
        return set()
    trees = _lock([cut.site for cut in cuts])
    until = site_trees.get_settled_until()
    anew = [
        cut
        for cut in cuts
        if is_full
        or cut.site not in trees
        or not until - PAUSE_MAX <= trees[cut.site].settled_until <= until
    ]
    _build(anew, trees=trees, until=until, at=at)
    since = {site: tree.settled_until for site, tree in trees.items()}
    changes = site_trees.sum_changes(hub=HUB_BOOK, cuts=cuts, since=since, until=until)
    differing = _apply(changes, trees=trees)
    for tree in trees.values():
        tree.settled_until, tree.compared_at = until, at
    BookTree.objects.bulk_update(
        list(trees.values()),
        ["hub", "own", "settled_until", "built_at", "positions", "compared_at"],
    )
    return differing


def list_drifted(*, cuts: Sequence[SiteCut]) -> list[str]:
    """Return the sites whose kept tree is not what the balances of the same moment add up to."""
    with transaction.atomic():
        trees = _lock([cut.site for cut in cuts], is_kept=True)
        drifted = []
        for cut in cuts:
            tree = trees.get(cut.site)
            if tree is None:
                continue
            fresh = BookTree(site=cut.site)
            sums = site_trees.sum_leaves(hub=HUB_BOOK, cuts=[cut], until=tree.settled_until)
            _fill(fresh, sums)
            if (fresh.hub, fresh.own) != (tree.hub, tree.own):
                drifted.append(cut.site)
        return drifted


def _lock(sites: Collection[str], *, is_kept: bool = False) -> dict[str, BookTree]:
    query = BookTree.objects.filter(site__in=sites).order_by("site")
    return {tree.site: tree for tree in (query if is_kept else query.select_for_update())}


def _build(
    cuts: Sequence[SiteCut], *, trees: dict[str, BookTree], until: datetime, at: datetime
) -> None:
    """Make trees from all balances of some sites."""
    if not cuts:
        return
    sums = site_trees.sum_leaves(hub=HUB_BOOK, cuts=cuts, until=until)
    by_site: dict[str, list[LeafSum]] = {cut.site: [] for cut in cuts}
    for each in sums:
        by_site[each.site].append(each)
    positions = site_trees.count_positions(hub=HUB_BOOK, cuts=cuts)
    for site, its in by_site.items():
        tree = trees.get(site)
        if tree is None:
            tree, _ = BookTree.objects.get_or_create(
                site=site, defaults={"settled_until": until, "built_at": at}
            )
            tree = BookTree.objects.select_for_update().get(site=site)
            trees[site] = tree
        _fill(tree, its)
        tree.settled_until, tree.built_at = until, at
        tree.positions = positions.get(site, 0)


def _fill(tree: BookTree, sums: Sequence[LeafSum]) -> None:
    tree.hub = {str(each.leaf): each.settled for each in sums if each.is_hub and each.settled}
    tree.own = {str(each.leaf): each.settled for each in sums if not each.is_hub and each.settled}


def _apply(changes: Sequence[LeafSum], *, trees: dict[str, BookTree]) -> set[tuple[str, int]]:
    """Bring trees up to date, and return the leaves that differ at the cuts."""
    pending: dict[tuple[str, str], int] = {}
    touched: set[tuple[str, str]] = set()
    for each in changes:
        tree, leaf = trees[each.site], str(each.leaf)
        side = tree.hub if each.is_hub else tree.own
        total = side.get(leaf, 0) + each.settled
        if total:
            side[leaf] = total
        else:
            side.pop(leaf, None)
        touched.add((each.site, leaf))
        sign = 1 if each.is_hub else -1
        pending[each.site, leaf] = pending.get((each.site, leaf), 0) + sign * each.pending
    differing = {
        (site, leaf)
        for site, leaf in touched
        if trees[site].hub.get(leaf, 0) - trees[site].own.get(leaf, 0) + pending[site, leaf]
    }
    for site, tree in trees.items():
        # Roots first: a site whose two trees are equal is not looked into.
        if tree.hub != tree.own:
            differing |= {
                (site, leaf)
                for leaf in {*tree.hub, *tree.own}
                if (site, leaf) not in touched and tree.hub.get(leaf, 0) != tree.own.get(leaf, 0)
            }
    return {(site, int(leaf)) for site, leaf in differing}
