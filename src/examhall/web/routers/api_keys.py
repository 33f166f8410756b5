"""API keys for programs; for admins."""

from fastapi import APIRouter

from examhall.application.ports.api_keys_store import KeyListing
from examhall.web.access_schemas import ApiKey, MadeApiKey, NewApiKey, RevokeApiKey
from examhall.web.auth import Audited, Staff, Use

router = APIRouter(prefix="/api/v1/api-keys", tags=["api keys"])


@router.get("")
async def list_api_keys(services: Use) -> list[ApiKey]:
    """The newest first, the revoked and ended ones too."""
    return [_key(one) for one in await services.api_keys.all()]


@router.post("", status_code=201)
async def make_api_key(body: NewApiKey, staff: Staff, services: Use, note: Audited) -> MadeApiKey:
    """A key that acts for whoever makes it, within its scopes. The token is in this answer and never again."""
    listing, token = await services.api_keys.make(body.name, body.scopes, body.expires_at, staff)
    note.target_id = listing.key.id
    note.details |= {"scopes": " ".join(sorted(listing.key.scopes)), "expires_at": body.expires_at}
    return MadeApiKey(key=_key(listing), token=token)


@router.delete("/{key_id}", status_code=204)
async def revoke_api_key(key_id: str, body: RevokeApiKey, services: Use, note: Audited) -> None:
    """It opens nothing any more, at once."""
    note.reason = body.reason
    await services.api_keys.revoke(key_id)


def _key(listing: KeyListing) -> ApiKey:
    key = listing.key
    return ApiKey(
        id=key.id,
        name=key.name,
        scopes=sorted(key.scopes),
        made_by=key.made_by,
        maker_name=listing.maker_name,
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
        revoked_at=key.revoked_at,
        works=listing.works,
    )
