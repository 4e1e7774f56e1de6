"""Routes of pictures that pages of the contexts show: specifications of charts."""

from django.urls import path

from yipan.console.views import stock

app_name = "charts"

urlpatterns = [
    path("stock/heat", stock.chart_heat, name="stock_heat"),
    path("stock/trend", stock.chart_trend, name="stock_trend"),
]
