"""Papers of a warehouse (单据打印): lists and labels as PDF. An index of its modules; no code."""

from yipan.wms.papers.labels import make_bin_labels, print_bin_labels, print_parcel_label
from yipan.wms.papers.packing_slip import print_packing_slip
from yipan.wms.papers.pick_list import print_pick_list

__all__ = [
    "make_bin_labels",
    "print_bin_labels",
    "print_packing_slip",
    "print_parcel_label",
    "print_pick_list",
]
