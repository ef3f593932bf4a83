from django.apps import AppConfig


class ConductConfig(AppConfig):
    name = "huiyin.conduct"
    label = "conduct"
