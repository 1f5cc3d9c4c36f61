from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from demo.password import demo_password
from demo.people import ACCOUNTS, are_here


class Command(BaseCommand):
    help = "Prints the demo's accounts, where they exist, and their password."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.PRODUCTION or not are_here():
            return
        self.stdout.write(f"  Demo accounts, all with the password {demo_password()}")
        for name, (role, _, full_name) in ACCOUNTS.items():
            self.stdout.write(f"    {name:<12} {role:<11} {full_name}")
