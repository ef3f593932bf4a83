from django.apps import AppConfig


class ChecklistsConfig(AppConfig):
    name = "huiyin.checklists"
    label = "checklists"
