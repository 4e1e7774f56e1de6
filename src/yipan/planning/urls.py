"""Routes of planning."""

from django.urls import path

from yipan.planning.views import grid, outlooks, policies, proposals, settings

app_name = "planning"

urlpatterns = [
    path("proposals", proposals.list_proposals, name="proposals"),
    path("proposals/decide", proposals.decide, name="decide"),
    path("proposals/<str:number>", proposals.show_proposal, name="proposal"),
    path("proposals/<str:number>/choose", proposals.choose_quantity, name="choose"),
    path("allocation", grid.show_grid, name="grid"),
    path("allocation/save", grid.save_grid, name="save_grid"),
    path("rebalancing", proposals.show_map, name="map"),
    path("outlook", outlooks.list_outlooks, name="outlooks"),
    path("skus/<str:sku>", outlooks.show_sku, name="sku"),
    path("policies", policies.list_policies, name="policies"),
    path("policies/edit", policies.edit_policy, name="edit_policy"),
    path("policies/try", policies.try_policy, name="try_policy"),
    path("policies/save", policies.save_policy, name="save_policy"),
    path("events", settings.list_events, name="events"),
    path("events/save", settings.save_event, name="save_event"),
    path("backtests", settings.list_backtests, name="backtests"),
    path("runs", settings.list_runs, name="runs"),
    path("runs/start", settings.start_run, name="start_run"),
]
