"""Signalling of live views between the wire and the application."""

from examhall.application.ports.live import WatchSignal
from examhall.web import wire


def signal_in(message: wire.Signalling) -> WatchSignal:
    return WatchSignal(
        message.watch_id, message.description, message.candidate, message.tracks, message.profile
    )


def signal_out(signal: WatchSignal) -> wire.Signalling:
    return wire.Signalling(
        watch_id=signal.watch_id,
        description=None if signal.description is None else dict(signal.description),
        candidate=None if signal.candidate is None else dict(signal.candidate),
        tracks=None if signal.tracks is None else dict(signal.tracks),
        profile=signal.profile,
    )
