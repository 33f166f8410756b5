"""Bodies of what a page says over HTTP where sockets are blocked."""

from typing import Annotated

from pydantic import Field

from examhall.domain.bandwidth import BandwidthRung, RecordingNow
from examhall.web.schemas import Body, Text2k
from examhall.web.wire import Waiting


class CandidateSays(Body):  # POST /attempts/{id}/chat
    client_id: Annotated[str, Field(min_length=1, max_length=64)]
    text: Text2k


class Hand(Body):  # POST /attempts/{id}/hand
    raised: bool


class SlowLine(Body):  # POST /attempts/{id}/bandwidth, see wire.Bandwidth
    rung: BandwidthRung
    waiting: Waiting = Waiting()
    recording: RecordingNow | None = None
