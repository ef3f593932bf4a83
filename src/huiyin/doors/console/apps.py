"""The staff pages as a Django app."""

from django.apps import AppConfig


class ConsoleConfig(AppConfig):
    """Pages for the people who work in a community."""

    name = "huiyin.doors.console"
    label = "console"
