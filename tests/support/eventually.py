"""Waiting for what only the server's files or answers show."""

import time
from collections.abc import Callable

from playwright.sync_api import Page

from support.browser import LIMIT_MS


def eventually(page: Page, holds: Callable[[], bool], limit_ms: int = 3 * LIMIT_MS) -> None:
    """The page runs on meanwhile."""
    ends = time.monotonic() + limit_ms / 1000
    while not holds():
        assert time.monotonic() < ends, "it did not come to hold"
        page.wait_for_timeout(100)
