"""A program of the deployment's own (a chat group, a mail gateway) is told by a signed POST.

`X-Fieldapi-Signature` is the HMAC-SHA256, under the shared secret, of the timestamp, a full stop and the body:
whoever receives it knows who sent it, and an old one is known by its timestamp.
"""

import hmac
import time
from typing import Any

from fieldapi.json import dumps, instant
from notices.channels import Message, Undelivered
from notices.channels.post import post
from notices.environment import Webhook as Address
from notices.kinds import KINDS


class Webhook:
    def __init__(self, address: Address):
        self.address = address

    def send(self, message: Message) -> str:
        """Any 2xx is taken for received; a redirect is not followed."""
        body = dumps(told(message))
        timestamp = str(int(time.time()))
        headers = {
            "Content-Type": "application/json",
            "User-Agent": "fieldapi",
            "X-Fieldapi-Delivery": str(message.id),
            "X-Fieldapi-Timestamp": timestamp,
            "X-Fieldapi-Signature": f"sha256={signature(self.address.secret, timestamp, body)}",
        }
        status, _ = post(self.address.url, body, headers)
        if not 200 <= status < 300:
            raise Undelivered(f"HTTP {status}")
        return ""


def signature(secret: str, timestamp: str, body: bytes) -> str:
    return hmac.digest(secret.encode(), timestamp.encode() + b"." + body, "sha256").hex()


def told(message: Message) -> dict[str, Any]:
    """Whom, and of what; no phone number."""
    person = message.person
    return {
        "id": str(message.id),
        "digest": message.digest,
        "made_at": instant(message.made_at),
        "person": {"id": str(person.pk), "username": person.username, "unit": person.unit_id},
        "notices": [
            {
                "id": str(notice.pk),
                "kind": notice.kind,
                "name": KINDS[notice.kind].zh,
                "resource": notice.resource,
                "row_id": str(notice.row_id),
                "unit": notice.unit,
                "title": notice.title,
                "day": notice.day.isoformat() if notice.day else None,
                "at": instant(notice.at),
            }
            for notice in message.notices
        ],
    }
