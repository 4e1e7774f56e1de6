"""Routes of pictures that pages of the contexts show: specifications of charts."""

from django.urls import path

from yipan.console.views import cases, planning, stock

app_name = "charts"

urlpatterns = [
    path("cases/<str:number>", cases.chart_case, name="case"),
    path("stock/heat", stock.chart_heat, name="stock_heat"),
    path("stock/heat/table", stock.show_heat_table, name="stock_heat_table"),
    path("stock/trend", stock.chart_trend, name="stock_trend"),
    path("stock/trend/table", stock.show_trend_table, name="stock_trend_table"),
    path("planning/history", planning.chart_history, name="planning_history"),
    path("planning/projection", planning.chart_projection, name="planning_projection"),
    path("planning/map", planning.chart_map, name="planning_map"),
    path("planning/frontier", planning.chart_frontier, name="planning_frontier"),
]
