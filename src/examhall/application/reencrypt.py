"""Seals anew, with the newest key, what older keys have sealed. Stopped midway, it goes on where it was."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

import structlog

from examhall.application.biometrics import template_context
from examhall.application.ports.evidence import EvidenceStore
from examhall.application.ports.keys import KeyRing
from examhall.application.ports.sealed_store import SealedBlob, SealedStore
from examhall.application.second_factor import factor_context
from examhall.domain.errors import ExamhallError

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reencryption:
    store: SealedStore
    evidence: EvidenceStore
    keys: KeyRing

    async def run(self) -> Mapping[str, int]:
        """Counts of what was sealed anew, and of what could not be."""
        counts = Counter[str]()
        for blob in await self.store.blobs_of_other_keys(self.keys.blob_key_id):
            try:
                counts[await self._blob(blob)] += 1
            except ExamhallError as error:
                counts["failed, run it again"] += 1
                log.warning("not_sealed_anew", path=blob.path, code=error.code)
        for face in await self.store.templates_of_other_keys(self.keys.blob_key_id):
            context = template_context(face.attempt_id)
            sealed = self.keys.seal(self.keys.open(face.sealed, context=context), context=context)
            await self.store.replace_template(face, sealed, self.keys.blob_key_id)
            counts["enrolled faces sealed anew"] += 1
        for factor in await self.store.factors_of_other_keys(self.keys.blob_key_id):
            context = factor_context(factor.user_id)
            sealed = self.keys.seal(self.keys.open(factor.sealed, context=context), context=context)
            await self.store.replace_factor(factor, sealed, self.keys.blob_key_id)
            counts["second factors sealed anew"] += 1
        return dict(counts)

    async def _blob(self, blob: SealedBlob) -> str:
        """The blob first: its own header names its key, so a row that still names the old one is no harm."""
        kept = await self.evidence.put(blob.path, await self.evidence.get(blob.path, blob.key_id))
        if await self.store.blob_is_sealed_with(kept.path, kept.key_id):
            return "pictures and sounds sealed anew"
        await self.evidence.delete(kept.path)  # erased meanwhile: it must not come back
        return "erased meanwhile"
