from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "huiyin.billing"
    label = "billing"
