"""What a provider's report looks like when it comes in."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Report:
    """A webhook; headers in lower case."""

    headers: Mapping[str, str]
    body: bytes
