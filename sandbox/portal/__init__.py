"""The portal stand-in: a Bitrix24 webhook on loopback with pages for people. `python -m sandbox.portal`."""

from __future__ import annotations

from sandbox.portal.portal import Portal

__all__ = ["Portal"]
