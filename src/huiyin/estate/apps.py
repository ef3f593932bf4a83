from django.apps import AppConfig


class EstateConfig(AppConfig):
    name = "huiyin.estate"
    label = "estate"
