from django.apps import AppConfig


class AnnouncementsConfig(AppConfig):
    name = "huiyin.announcements"
    label = "announcements"
