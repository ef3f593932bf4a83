from django.apps import AppConfig


class IncidentsConfig(AppConfig):
    name = "huiyin.incidents"
    label = "incidents"
