"""Routes of the scenario lab."""

from django.urls import path

from yipan.lab import live_views, views

app_name = "lab"

urlpatterns = [
    path("", views.show_index, name="index"),
    path("live/trade", live_views.show_switch, name="live"),
    path("live/trade/on", live_views.switch_on, name="live_on"),
    path("live/trade/off", live_views.switch_off, name="live_off"),
    path("<str:story>/", views.show_story, name="story"),
    path("<str:story>/step", views.show_step, name="step"),
    path("<str:story>/run", views.start_run, name="run"),
    path("<str:story>/progress", views.show_progress, name="progress"),
]
