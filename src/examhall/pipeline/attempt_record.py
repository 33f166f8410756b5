"""What the page says of itself, on the attempt's record."""

from collections.abc import Iterable
from dataclasses import replace

from examhall.application.ports.attempt_store import AttemptRecord, Json
from examhall.application.ports.live import BandwidthSaid
from examhall.domain.bandwidth import BandwidthRung, RecordingNow
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


def with_bandwidth(record: AttemptRecord, said: BandwidthSaid) -> AttemptRecord:
    """The record after what the page said of its line."""
    recording = said.recording or _recording_on(record, said.rung)
    return replace(record, bandwidth_rung=said.rung, recording=recording)


def bandwidth_line(record: AttemptRecord, said: BandwidthSaid) -> Json:
    """What the chained log keeps of it."""
    return {
        "rung": record.bandwidth_rung.name.lower(),
        "recording": record.recording.value,
        "waiting": {"recordings": said.waiting_recordings, "events": said.waiting_events},
    }


def _recording_on(record: AttemptRecord, rung: BandwidthRung) -> RecordingNow:
    if record.recording in {RecordingNow.OFF, RecordingNow.STOPPED}:
        return record.recording
    return RecordingNow.LATER if rung >= BandwidthRung.RECORDING_LATER else RecordingNow.ON
