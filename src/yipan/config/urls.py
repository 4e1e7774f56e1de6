"""The routes of all packages."""

from django.urls import path

from yipan.config.api import api

urlpatterns = [
    path("api/v1/", api.urls),
]
