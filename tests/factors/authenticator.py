"""A security key in software: makes and uses passkeys as a browser with a device would."""

from __future__ import annotations

import hashlib
import json
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import cbor2
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encode(raw: bytes) -> str:
    return urlsafe_b64encode(raw).decode().rstrip("=")


def decode(text: str) -> bytes:
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


@dataclass
class Key:
    """One passkey on the device."""

    id: bytes
    private: EllipticCurvePrivateKey
    user: bytes
    count: int = 0


@dataclass
class Authenticator:
    """A device at one site.

    Attributes:
        origin: What the browser says the site is.
        is_verifying: Whether it asks for a finger or a PIN.
        has_counter: Whether it counts its uses.
    """

    origin: str = "http://localhost"
    is_verifying: bool = True
    has_counter: bool = False
    keys: list[Key] = field(default_factory=list)

    def create(self, options: dict[str, Any]) -> str:
        """Do what `navigator.credentials.create` does; give what the page would send."""
        private = ec.generate_private_key(ec.SECP256R1())
        key = Key(secrets.token_bytes(32), private, decode(options["user"]["id"]))
        self.keys.append(key)
        numbers = private.public_key().public_numbers()
        x, y = numbers.x.to_bytes(32, "big"), numbers.y.to_bytes(32, "big")
        public = cbor2.dumps({1: 2, 3: -7, -1: 1, -2: x, -3: y})
        attested = bytes(16) + len(key.id).to_bytes(2, "big") + key.id + public
        data = self._data(options["rp"]["id"], key, ATTESTED) + attested
        attestation = cbor2.dumps({"fmt": "none", "attStmt": {}, "authData": data})
        response = {
            "clientDataJSON": encode(self._client("webauthn.create", options)),
            "attestationObject": encode(attestation),
        }
        return self._answer(key, response)

    def get(self, options: dict[str, Any], **changes: str) -> str:
        """Do what `navigator.credentials.get` does, with the newest key that will do."""
        allowed = {decode(one["id"]) for one in options.get("allowCredentials") or []}
        key = next(key for key in reversed(self.keys) if not allowed or key.id in allowed)
        key.count += self.has_counter
        data = self._data(options["rpId"], key)
        client = self._client("webauthn.get", options)
        signed = data + hashlib.sha256(client).digest()
        response = {
            "clientDataJSON": encode(client),
            "authenticatorData": encode(data),
            "signature": encode(key.private.sign(signed, ec.ECDSA(SHA256()))),
            "userHandle": encode(key.user),
        }
        return self._answer(key, response | changes)

    def _data(self, rp_id: str, key: Key, flags: int = 0) -> bytes:
        flags |= PRESENT | (VERIFIED if self.is_verifying else 0)
        return (
            hashlib.sha256(rp_id.encode()).digest() + bytes([flags]) + key.count.to_bytes(4, "big")
        )

    def _client(self, what: str, options: dict[str, Any]) -> bytes:
        said = {"type": what, "challenge": options["challenge"], "origin": self.origin}
        return json.dumps(said).encode()

    def _answer(self, key: Key, response: dict[str, str]) -> str:
        name = encode(key.id)
        return json.dumps({"id": name, "rawId": name, "type": "public-key", "response": response})
