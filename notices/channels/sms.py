"""Text messages, by the provider the settings name: how many notices wait, and of what kind; never about whom."""

from collections.abc import Callable, Mapping
from typing import Protocol

from notices.channels import Message, Undelivered
from notices.channels.aliyun import Aliyun
from notices.environment import Sms as Account
from notices.wording import summary_of


class Provider(Protocol):
    def text(self, number: str, variables: Mapping[str, str], reference: str) -> str:
        """Send the account's template to one number; the provider's receipt. Raises Undelivered."""
        ...


PROVIDERS: dict[str, Callable[[Account], Provider]] = {"aliyun": Aliyun}


class Sms:
    def __init__(self, account: Account):
        self.provider = PROVIDERS[account.provider](account)

    def send(self, message: Message) -> str:
        if not message.person.phone:
            raise Undelivered("no_number", hopeless=True)
        variables = {"count": str(len(message.notices)), "summary": summary_of(message.notices)}
        return self.provider.text(message.person.phone, variables, str(message.id))
