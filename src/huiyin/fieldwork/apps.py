from django.apps import AppConfig


class FieldworkConfig(AppConfig):
    name = "huiyin.fieldwork"
    label = "fieldwork"
