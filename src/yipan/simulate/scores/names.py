"""What a report calls faults and what happened, in both languages; plans name them by code."""

from __future__ import annotations

from typing import Final

#: Fault of a plan to its name in English and in Chinese.
FAULTS: Final[dict[str, tuple[str, str]]] = {
    "miskey/power_of_ten": ("typed ten times too high or low", "录入差一个零"),
    "miskey/digits": ("digits swapped", "数字录反"),
    "miskey/at_sale": ("quantity mistyped at the till", "收银数量录错"),
    "unit_mixup": ("cases booked as pieces", "箱与件混淆"),
    "sku_mixup/at_receipt": ("received as another product", "收货记成别的商品"),
    "sku_mixup/at_pick": ("another product picked", "拣错商品"),
    "sku_mixup/at_sale": ("sold as another product", "收银扫错商品"),
    "lot_mixup": ("lots mixed up", "批次混淆"),
    "short_receipt": ("supplier brought fewer than the paper", "到货少于送货单"),
    "over_receipt": ("supplier brought more than the paper", "到货多于送货单"),
    "short_receipt/at_store": ("carton held fewer than its paper", "箱内少于箱单"),
    "short_shipment": ("packed too few", "发货少装"),
    "over_shipment": ("packed too many", "发货多装"),
    "wrong_site": ("carton left at another store", "整箱送错门店"),
    "double_entry": ("booked twice", "重复入账"),
    "missing_document": ("never booked", "漏记单据"),
    "late_document": ("booked late", "单据补录"),
    "wrong_direction": ("sale keyed as a return", "销售录成退货"),
    "bin_mixup": ("put into another bin", "放错库位"),
    "unrecorded_use": ("used, not recorded", "领用未登记"),
    "unrecorded_scrap": ("thrown away, not recorded", "报废未登记"),
    "unrecorded_handover": ("handed over, not recorded", "交付未登记"),
    "unrecorded_return": ("taken back, not recorded", "退回未登记"),
    "refund_without_goods": ("refunded without goods", "退款未退货"),
    "kit_not_exploded": ("set sold, parts not booked", "套装未拆分"),
    "miscount": ("counted wrongly", "盘点点错"),
    "missed_area": ("area not counted", "漏盘区域"),
    "double_counted_area": ("area counted twice", "重复盘点区域"),
    "count_sku_mixup": ("counted as another product", "盘点记错商品"),
    "book_copied": ("book copied instead of counted", "照抄账面"),
    "theft": ("theft", "盗窃"),
    "shrinkage": ("shrinkage", "自然损耗"),
    "damage": ("breakage", "破损"),
    "loss_in_transit": ("lost in transit", "在途丢失"),
    "lost_message": ("message lost", "消息丢失"),
    "duplicate_message": ("message doubled", "消息重复"),
    "altered_message": ("message altered", "消息被篡改"),
    "reordered_message": ("messages out of order", "消息乱序"),
    "stuck_message": ("message stuck", "消息卡住"),
    "delayed_message": ("message delayed", "消息延迟"),
    "stale_snapshot": ("old figures told again", "重报旧数据"),
    "cloned_till": ("till cloned", "收银机克隆"),
    "restored_till": ("till restored from a backup", "收银机还原备份"),
    "network_outage": ("network outage", "断网"),
    "clock_error": ("clock wrong", "时钟错误"),
    "crash": ("system killed", "系统崩溃"),
}

#: What happened, as runs count it, to its name in Chinese; English says it as it is.
VOLUMES: Final[dict[str, str]] = {
    "arrival lines": "门店收货行",
    "calls": "接口调用",
    "count lines": "盘点行",
    "count lines again": "复盘行",
    "online orders": "线上订单",
    "picks": "拣货行",
    "purchase order lines": "采购订单行",
    "receipt lines": "仓库收货行",
    "ticket lines": "小票行",
    "tickets": "小票",
    "transfer lines": "调拨行",
}


def name_fault(code: str, language: str) -> str:
    """Return what people call a fault; a code nobody named stays a code."""
    english, chinese = FAULTS.get(code, (code, code))
    return chinese if language.startswith("zh") else english


def name_volume(name: str, language: str) -> str:
    """Return what people call something that was counted."""
    return VOLUMES.get(name, name) if language.startswith("zh") else name
