"""Encryption of second factors' secrets: `sealing`, under this part's own name."""

from __future__ import annotations

from webapp.sealing import FRESH, SEED, Opened, seal, unseal

__all__ = ["FRESH", "SEED", "Opened", "seal", "unseal"]
