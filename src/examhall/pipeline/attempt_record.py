"""What page events say about what the page captures, on the attempt's record."""

from collections.abc import Iterable
from dataclasses import replace

from examhall.application.ports.attempt_store import AttemptRecord
from examhall.domain.observation import PageEventKind


def with_sharing(record: AttemptRecord, kinds: Iterable[PageEventKind]) -> AttemptRecord:
    """The record after these events, in their order."""
    for kind in kinds:
        match kind:
            case PageEventKind.CAMERA_STARTED | PageEventKind.CAMERA_STOPPED:
                record = replace(record, sharing_camera=kind is PageEventKind.CAMERA_STARTED)
            case PageEventKind.MICROPHONE_STARTED | PageEventKind.MICROPHONE_STOPPED:
                record = replace(record, sharing_microphone=kind is PageEventKind.MICROPHONE_STARTED)
            case PageEventKind.MICROPHONE_MUTED | PageEventKind.MICROPHONE_UNMUTED:
                record = replace(record, sharing_microphone=kind is PageEventKind.MICROPHONE_UNMUTED)
            case PageEventKind.SCREEN_SHARE_STARTED | PageEventKind.SCREEN_SHARE_STOPPED:
                record = replace(record, sharing_screen=kind is PageEventKind.SCREEN_SHARE_STARTED)
            case _:
                pass
    return record
