"""Routes of the scenario lab."""

from django.urls import path

from yipan.lab import views

app_name = "lab"

urlpatterns = [
    path("", views.show_index, name="index"),
    path("<str:story>/", views.show_story, name="story"),
    path("<str:story>/step", views.show_step, name="step"),
    path("<str:story>/run", views.start_run, name="run"),
    path("<str:story>/progress", views.show_progress, name="progress"),
]
