"""The routes of all packages."""

from django.urls import include, path

from yipan.config.api.root import api
from yipan.console.views import login

handler400 = "yipan.config.edge.security.answer_unreadable"
handler404 = "yipan.config.edge.security.answer_missing"
handler500 = "yipan.config.edge.security.answer_fault"

urlpatterns = [
    path("api/v1/", api.urls),
    path("login", login.log_in, name="login"),
    path("access/", include("yipan.console.urls_access")),
    path("charts/", include("yipan.console.urls_charts")),
    path("erp/", include("yipan.erp.urls")),
    path("wms/", include("yipan.wms.urls")),
    path("pos/", include("yipan.pos.urls")),
    path("oms/", include("yipan.oms.urls")),
    path("channels/", include("yipan.channels.urls")),
    path("shop/", include("yipan.shop.urls")),
    path("planning/", include("yipan.planning.urls")),
    path("recon/", include("yipan.recon.urls")),
    path("lab/", include("yipan.lab.urls")),
    path("", include("yipan.console.urls")),
]
