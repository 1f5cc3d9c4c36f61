from django.apps import AppConfig

from fieldapi import instants


class FieldapiConfig(AppConfig):
    name = "fieldapi"

    def ready(self) -> None:
        instants.read_quickly()
