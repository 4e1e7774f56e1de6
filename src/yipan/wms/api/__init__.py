"""HTTP API of WMS. One call into a verb or a query per operation."""

from __future__ import annotations

from ninja import Router

from yipan.wms.api.inbound import router as inbound
from yipan.wms.api.inspections import router as inspections
from yipan.wms.api.kits import router as kits
from yipan.wms.api.many import router as many
from yipan.wms.api.outbound import router as outbound
from yipan.wms.api.papers import router as papers
from yipan.wms.api.parcels import router as parcels
from yipan.wms.api.picks import router as picks
from yipan.wms.api.reversing import router as reversing
from yipan.wms.api.site_rules import router as site_rules
from yipan.wms.api.stock import router as stock
from yipan.wms.api.stocktakes import router as stocktakes
from yipan.wms.api.tasks import router as tasks

router = Router(tags=["WMS"])
router.add_router("", inbound)
router.add_router("", inspections)
router.add_router("", outbound)
router.add_router("", kits)
router.add_router("", stock)
router.add_router("", site_rules)
router.add_router("", reversing)
router.add_router("", parcels)
router.add_router("", papers)
router.add_router("", tasks)
router.add_router("", picks)
router.add_router("", many)
router.add_router("", stocktakes)
