"""The parts as a Django app, so that its template tags and static files are found."""

from django.apps import AppConfig


class PartsConfig(AppConfig):
    """Page skeleton, components, template tags and assets."""

    name = "huiyin.doors.parts"
    label = "parts"
