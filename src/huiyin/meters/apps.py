from django.apps import AppConfig


class MetersConfig(AppConfig):
    name = "huiyin.meters"
    label = "meters"
