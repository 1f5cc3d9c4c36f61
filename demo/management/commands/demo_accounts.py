from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from cadres.models import User
from demo.password import demo_password
from demo.people import ACCOUNTS


class Command(BaseCommand):
    help = "Prints the demo's accounts, where they exist, and their password."

    def handle(self, *args: Any, **options: Any) -> None:
        names = User.objects.filter(username__in=ACCOUNTS).values_list("username", flat=True)
        if settings.PRODUCTION or len(names) < len(ACCOUNTS):
            return
        self.stdout.write(f"  Demo accounts, all with the password {demo_password()}")
        for name, (role, _, full_name) in ACCOUNTS.items():
            self.stdout.write(f"    {name:<12} {role:<11} {full_name}")
