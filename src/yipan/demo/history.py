"""Names for what the simulated history of the demo calls by numbers: sites, goods, suppliers."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime

from yipan.erp.documents.master import master_record
from yipan.erp.documents.master.master_record import Author
from yipan.ledger.moves import Trace
from yipan.masterdata import queries
from yipan.pool.policy import channels
from yipan.pool.policy.channels import Service
from yipan.pool.queries.channels import list_services

SITES = {
    "W2": ("Suzhou DC", "苏州分拨仓", "苏州市工业园区物流大道 66 号"),
    "S2": ("Gusu store", "姑苏店", "苏州市姑苏区观前街 120 号"),
    "S3": ("Jinji Lake store", "金鸡湖店", "苏州市工业园区苏州大道 188 号"),
}

#: Latitude and longitude (WGS 84) of their streets, to about a hundred meters.
COORDINATES = {
    "W2": (31.3236, 120.7236),
    "S2": (31.3117, 120.6308),
    "S3": (31.3190, 120.7052),
}

SUPPLIERS = {
    "SUP-03": ("Ningbo Foods", "宁波食品有限公司"),
    "SUP-04": ("Wuxi Household", "无锡家居用品有限公司"),
    "SUP-05": ("Nantong Paper", "南通纸业有限公司"),
}

#: In the order of their numbers; neighbors look alike, as the simulator wants them to.
GOODS = (
    ("Biluochun tea 100 g", "碧螺春 100克"), ("Biluochun tea 200 g", "碧螺春 200克"),
    ("Millet 1 kg", "小米 1公斤"), ("Black rice 1 kg", "黑米 1公斤"),
    ("Rice crackers 150 g", "米饼 150克"), ("Seaweed crackers 150 g", "海苔饼 150克"),
    ("Oyster sauce 510 g", "蚝油 510克"), ("Dark soy sauce 500 ml", "老抽 500毫升"),
    ("Cheese sticks 90 g", "奶酪棒 90克"), ("Cheese slices 166 g", "奶酪片 166克"),
    ("Soda water 500 ml", "苏打水 500毫升"), ("Lemon tea 500 ml", "柠檬茶 500毫升"),
    ("Hand cream 75 g", "护手霜 75克"), ("Face cream 50 g", "面霜 50克"),
    ("Glass cleaner 500 ml", "玻璃清洁剂 500毫升"), ("Kitchen cleaner 500 ml", "油污净 500毫升"),
    ("Storage box 1 l", "保鲜盒 1升"), ("Storage box 2 l", "保鲜盒 2升"),
    ("Kitchen paper, 2 rolls", "厨房纸 2卷"), ("Napkins, 200 sheets", "餐巾纸 200张"),
    ("Oolong tea 125 g", "乌龙茶 125克"), ("White tea 125 g", "白茶 125克"),
    ("Rice noodles 500 g", "米线 500克"), ("Glass noodles 500 g", "粉丝 500克"),
    ("Almonds 200 g", "巴旦木 200克"), ("Cashews 200 g", "腰果 200克"),
    ("Sesame oil 250 ml", "芝麻油 250毫升"), ("Peanut oil 900 ml", "花生油 900毫升"),
    ("Butter 200 g", "黄油 200克"), ("Cream 250 ml", "淡奶油 250毫升"),
    ("Apple juice 1 l", "苹果汁 1升"), ("Grape juice 1 l", "葡萄汁 1升"),
    ("Shower gel 500 ml", "沐浴露 500毫升"), ("Hand soap 500 ml", "洗手液 500毫升"),
    ("Bleach 1 l", "漂白水 1升"), ("Fabric softener 1 l", "柔顺剂 1升"),
    ("Soup spoon", "汤勺"), ("Rice spoon", "饭勺"),
    ("Wet wipes, 80 pieces", "湿巾 80片"), ("Face tissues, 6 packs", "面巾纸 6包"),
)  # fmt: skip


def name_everything(*, at: datetime) -> None:
    """Give the names people know to sites, goods and suppliers of the history."""
    by = Author(name="controller", at=at, reason="demo", device="demo")
    sites = queries.find_sites(list(SITES))
    master_record.save_sites(
        [
            replace(sites[code], name=name, name_zh=name_zh, address=address, region="苏州")
            for code, (name, name_zh, address) in SITES.items()
        ],
        by=by,
    )
    suppliers = queries.find_suppliers(list(SUPPLIERS))
    master_record.save_suppliers(
        [
            replace(suppliers[code], name=name, name_zh=name_zh)
            for code, (name, name_zh) in SUPPLIERS.items()
        ],
        by=by,
    )
    names = {f"G{number:05d}": name for number, name in enumerate(GOODS, start=1)}
    names |= {f"KIT-{number}": (f"Gift set {number}", f"礼盒 {number} 号") for number in (1, 2, 3)}
    skus = queries.find_skus(list(names))
    master_record.save_skus(
        [
            replace(skus[code], name=name, name_zh=name_zh)
            for code, (name, name_zh) in names.items()
        ],
        by=by,
    )
    _place_sites(at=at)


def _place_sites(*, at: datetime) -> None:
    """Say where the sites stand, and leave what they do as it is."""
    known = list_services(sites=list(COORDINATES))
    for code, (latitude, longitude) in COORDINATES.items():
        services = [
            Service(**{each.name: getattr(row, each.name) for each in fields(Service)})
            for row in known
            if row.site == code
        ]
        for service in services or [Service(site=code, method="ship")]:
            channels.save_service(
                service=replace(service, latitude=latitude, longitude=longitude),
                by=Trace(actor="planner", device="demo", reason="demo"),
                at=at,
            )
