"""Where a client may be pointed at instead of NeroPay: places that cannot be talked to."""

from __future__ import annotations

import socket
import ssl
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from cryptography.x509.oid import NameOID

from tests.servers.processes import free_port
from webapp.sandbox.testing import running_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

_DAY = timedelta(days=1)


class Authority:
    """Signs certificates; the client trusts it when it is told to (`bundle`)."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = _name("An authority")
        certificate = self._sign(self._name, self._key.public_key(), is_authority=True)
        self.bundle = folder / "authority.pem"
        self.bundle.write_bytes(certificate.public_bytes(Encoding.PEM))

    def context(
        self, address: str = "127.0.0.1", *, days: int = 1, is_self_signed: bool = False
    ) -> ssl.SSLContext:
        """Make what a server with a certificate for an address uses.

        Args:
            address: That the certificate is for.
            days: Until it expires; negative when it has.
            is_self_signed: Signed with its own key, which nobody trusts.
        """
        key = ec.generate_private_key(ec.SECP256R1())
        signer = key if is_self_signed else self._key
        certificate = self._sign(
            _name(address), key.public_key(), signer=signer, address=address, days=days
        )
        path = self._folder / f"{address}{days}{is_self_signed}.pem"
        secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        path.write_bytes(secret + certificate.public_bytes(Encoding.PEM))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        return context

    def _sign(
        self,
        subject: x509.Name,
        public_key: ec.EllipticCurvePublicKey,
        *,
        signer: EllipticCurvePrivateKey | None = None,
        address: str = "",
        days: int = 1,
        is_authority: bool = False,
    ) -> x509.Certificate:
        end = datetime.now(UTC) + days * _DAY
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(end - 30 * _DAY)
            .not_valid_after(end)
            .add_extension(x509.BasicConstraints(is_authority, None), critical=True)
        )
        if address:
            names = x509.SubjectAlternativeName([x509.IPAddress(ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return builder.sign(signer or self._key, SHA256())


@contextmanager
def standing(path: Path, authority: Authority) -> Iterator[dict[str, str]]:
    """Give the base URL of each place.

    Args:
        path: The sandbox's file, for what answers behind TLS, where it comes to that.
        authority: Whose certificates are trusted.
    """
    contexts = {
        "good": authority.context(),
        "expired": authority.context(days=-1),
        "wrong_name": authority.context("192.0.2.1"),
        "self_signed": authority.context(is_self_signed=True),
    }
    with ExitStack() as stack:
        urls = {
            "closed": f"http://127.0.0.1:{free_port()}/v2",
            "no_name": "https://neropay.invalid/v2",
            "silent": f"http://127.0.0.1:{stack.enter_context(_silent())}/v2",
        }
        for name, context in contexts.items():
            urls[name] = stack.enter_context(running_sandbox(path, tls=context)).url
        urls["plain"] = stack.enter_context(running_sandbox(path)).url.replace("http:", "https:")
        yield urls


@contextmanager
def _silent() -> Iterator[int]:
    """A port whose queue is full: who connects gets no answer, as from behind a firewall."""
    with ExitStack() as stack:
        listener = stack.enter_context(socket.create_server(("127.0.0.1", 0), backlog=0))
        port: int = listener.getsockname()[1]
        for _ in range(3):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(("127.0.0.1", port))
        yield port


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])
