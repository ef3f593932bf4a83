"""Addresses of the owners' pages, all below /my/."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
