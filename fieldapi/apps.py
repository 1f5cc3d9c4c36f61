from django.apps import AppConfig


class FieldapiConfig(AppConfig):
    name = "fieldapi"
