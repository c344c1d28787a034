"""Asking an application over HTTP without a socket."""

import asyncio
from collections.abc import Mapping
from typing import Any

import httpx
from starlette.types import ASGIApp


def ask(
    app: ASGIApp, path: str, method: str = "GET", *, headers: Mapping[str, str] | None = None, **request: Any
) -> httpx.Response:
    """Send one request and return the answer; headers go out as Latin-1, as HTTP has it."""
    raw = {name.encode(): value.encode("latin-1") for name, value in (headers or {}).items()}

    async def asking() -> httpx.Response:
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8401") as client:
            return await client.request(method, path, headers=raw, **request)

    return asyncio.run(asking())
