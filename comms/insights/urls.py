"""Addresses of Today and the palette, under /w/<workspace>/."""

from __future__ import annotations

from django.urls import path

from comms.insights import views

app_name = "insights"

urlpatterns = [
    path("", views.today, name="today"),
    path("palette/", views.palette, name="palette"),
]
