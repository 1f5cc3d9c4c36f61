"""Text messages by Aliyun: `SendSms` of its Dysmsapi, version 2017-05-25, signed by ACS3-HMAC-SHA256.

What it answers is told in `Code`; `OK` means that the message was taken, not that the phone has shown it. It knows no
idempotence: after a lost answer the same message may come twice.
"""

import hmac
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from urllib.parse import quote, urlsplit
from uuid import uuid4

import orjson

from fieldapi import json
from notices.channels import Undelivered
from notices.channels.post import post
from notices.environment import Sms as Account

ACTION, VERSION = "SendSms", "2017-05-25"
NOTHING = sha256(b"").hexdigest()
HOPELESS = frozenset({"isv.MOBILE_NUMBER_ILLEGAL", "isv.BLACK_KEY_CONTROL_LIMIT"})
"""Faults of this number or this text, which the next try would have too."""
WAITS = {
    "isv.BUSINESS_LIMIT_CONTROL": timedelta(hours=1),  # so many to one number in a minute, an hour, a day
    "isv.DAY_LIMIT_CONTROL": timedelta(hours=12),  # the account's own limits
    "isv.MONTH_LIMIT_CONTROL": timedelta(days=1),
}


class Aliyun:
    def __init__(self, account: Account):
        self.account = account

    def text(self, number: str, variables: Mapping[str, str], reference: str) -> str:
        query = canonical(
            {
                "PhoneNumbers": number,
                "SignName": self.account.sign_name,
                "TemplateCode": self.account.template,
                "TemplateParam": json.dumps(variables).decode(),
                "OutId": reference,
            }
        )
        headers = {
            "host": urlsplit(self.account.url).netloc,
            "x-acs-action": ACTION,
            "x-acs-content-sha256": NOTHING,
            "x-acs-date": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": uuid4().hex,
            "x-acs-version": VERSION,
        }
        signed = authorization(self.account.key_id, self.account.key_secret, query, headers)
        address = f"{self.account.url.rstrip('/')}/?{query}"
        status, answer = post(address, b"", headers | {"Authorization": signed})
        return _receipt(status, answer)


def canonical(values: Mapping[str, str]) -> str:
    """Parameters as they are signed and sent: by name, everything but letters, digits and `-_.~` escaped."""
    return "&".join(f"{quote(name, safe='')}={quote(values[name], safe='')}" for name in sorted(values))


def authorization(key_id: str, key_secret: str, query: str, headers: Mapping[str, str]) -> str:
    """The header that signs a POST to `/` without a body; `headers` are those signed, in lower case."""
    names = ";".join(sorted(headers))
    lines = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join(("POST", "/", query, lines, names, NOTHING))
    to_sign = f"ACS3-HMAC-SHA256\n{sha256(request.encode()).hexdigest()}"
    signature = hmac.digest(key_secret.encode(), to_sign.encode(), "sha256").hex()
    return f"ACS3-HMAC-SHA256 Credential={key_id},SignedHeaders={names},Signature={signature}"


def _receipt(status: int, answer: bytes) -> str:
    """The `BizId` of a message that was taken. Only the code of a refusal is kept: its words may hold the number."""
    try:
        told = json.loads(answer)
    except orjson.JSONDecodeError:
        told = None
    code = told.get("Code") if isinstance(told, dict) else None
    if not isinstance(code, str):
        raise Undelivered(f"HTTP {status}")
    if code == "OK" and status == 200:
        return str(told.get("BizId", ""))[:64]
    raise Undelivered(code[:100], hopeless=code in HOPELESS, wait=WAITS.get(code))
