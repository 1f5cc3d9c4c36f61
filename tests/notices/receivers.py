"""Servers on this machine that messages are sent to: a webhook's, and one that speaks Aliyun's SendSms."""

import hmac
import re
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Event, Lock, Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from fieldapi import json

KEY_ID, KEY_SECRET = "LTAI-of-a-test", "the secret of a test"
SIGNED = "host;x-acs-action;x-acs-content-sha256;x-acs-date;x-acs-signature-nonce;x-acs-version"


@dataclass
class Request:
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """`answers` are taken one by one, the last one for ever: a status with a body, "silence" or "drip"."""

    port: int
    answers: list[Any] = field(default_factory=lambda: [(200, {})])
    requests: list[Request] = field(default_factory=list)
    closing: Event = field(default_factory=Event)
    lock: Any = field(default_factory=Lock)
    arrived: Event = field(default_factory=Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook"

    def next_answer(self, request: Request) -> Any:
        with self.lock:
            self.requests.append(request)
            self.arrived.set()
            return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


class Dysmsapi(Receiver):
    """Checks what the real one checks, in its words; then what it is told to answer, by default that it was taken."""

    def next_answer(self, request: Request) -> Any:
        told = super().next_answer(request)
        return self.fault(request) or told

    def fault(self, request: Request) -> Any:
        headers = {name.lower(): value for name, value in request.headers.items()}
        given = re.fullmatch(
            r"ACS3-HMAC-SHA256 Credential=([^,]+),SignedHeaders=([^,]+),Signature=([0-9a-f]{64})",
            headers.get("authorization", ""),
        )
        if not given or given[1] != KEY_ID:
            return 404, {
                "Code": "InvalidAccessKeyId.NotFound",
                "Message": "Specified access key is not found.",
            }
        lines = "".join(f"{name}:{headers[name]}\n" for name in SIGNED.split(";"))
        query = urlsplit(request.path).query
        asked = f"POST\n/\n{query}\n{lines}\n{SIGNED}\n{sha256(request.body).hexdigest()}"
        to_sign = f"ACS3-HMAC-SHA256\n{sha256(asked.encode()).hexdigest()}"
        if given[3] != hmac.digest(KEY_SECRET.encode(), to_sign.encode(), "sha256").hex():
            return 400, {"Code": "SignatureDoesNotMatch", "Message": "Specified signature is not matched."}
        said = dict(parse_qsl(query))
        if (headers["x-acs-action"], headers["x-acs-version"]) != ("SendSms", "2017-05-25"):
            return 404, {"Code": "InvalidAction.NotFound", "Message": "Specified api is not found."}
        if not re.fullmatch(r"1[3-9][0-9]{9}", said.get("PhoneNumbers", "")):
            number = said.get("PhoneNumbers")
            return 200, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": f"{number}invalid mobile number"}
        if set(json.loads(said["TemplateParam"])) != {"count", "summary"}:
            return 200, {"Code": "isv.TEMPLATE_MISSING_PARAMETERS", "Message": "模板缺少变量"}
        return None


def certified(folder: Path) -> Path:
    """A file with the key and the certificate of this machine, signed by itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=3650))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, SHA256())
    )
    plain = (Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    file = folder / "certificate.pem"
    file.write_bytes(key.private_bytes(*plain) + made.public_bytes(Encoding.PEM))
    return file


@contextmanager
def serving(kind: type[Receiver] = Receiver, tls: Path | None = None) -> Iterator[Any]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"] or 0))
            told = service.next_answer(Request(self.path, dict(self.headers), body))
            if told == "silence":
                service.closing.wait(5)
                return
            if told == "drip":
                self._drip()
                return
            status, said = told
            answer = said if isinstance(said, bytes) else json.dumps(said)
            self.send_response(status)
            if status in (301, 302, 307):
                self.send_header("Location", f"http://127.0.0.1:{service.port}/elsewhere")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def _drip(self) -> None:
            """An answer whose end never comes, though something always does."""
            try:
                self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
                while not service.closing.wait(0.05):
                    self.wfile.write(b".")
            except OSError:
                pass  # cut

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if tls:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(tls)
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    service = kind(server.server_address[1])
    if kind is Dysmsapi:
        service.answers = [(200, {"Code": "OK", "Message": "OK", "BizId": "900619746936498440^0"})]
    thread = Thread(target=server.serve_forever, args=[0.01], daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.closing.set()
        server.shutdown()
        thread.join()
        server.server_close()
