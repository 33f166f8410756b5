"""Bodies and answers around the record of an attempt; see routers/records.py."""

from typing import Annotated

from pydantic import Field

from examhall.web.schemas import Answer, Body


class SigningKey(Answer):
    """public_key: 32 bytes as hex; fingerprint: their SHA-256, to compare by eye."""

    public_key: str
    fingerprint: str


class EraseData(Body):  # DELETE /attempts/{id}/data
    reason: Annotated[str, Field(min_length=1, max_length=500)]


class ErasureReceipt(Answer):
    """erased: counts by what it was; the chain says the same in its last entry."""

    attempt_id: str
    erased_at: int
    erased: dict[str, int]
    chain_entries: int
    chain_head: str
