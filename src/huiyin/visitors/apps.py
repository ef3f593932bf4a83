from django.apps import AppConfig


class VisitorsConfig(AppConfig):
    name = "huiyin.visitors"
    label = "visitors"
