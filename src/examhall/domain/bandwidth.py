"""How far a candidate's page has stepped down because its line is slow. It never counts against anybody."""

from enum import IntEnum, StrEnum


class BandwidthRung(IntEnum):
    """What the page leaves out, one thing after the other; each rung keeps what those before it left out.

    The numbers are those of the wire.
    """

    FULL = 0
    RECORDING_SMALL = 1
    RECORDING_LATER = 2  # kept by the page, sent when the line is better
    LIVE_VIEW_SMALL = 3
    FRAMES_SLOWER = 4  # pictures for the analysis come half as often
    EVENTS_ONLY = 5


class RecordingNow(StrEnum):
    """What happens to the attempt's recording now, for the proctor's eyes."""

    OFF = "off"  # the policy wants none
    ON = "on"
    LATER = "later"  # recorded, and sent when the line is better
    STOPPED = "stopped"  # wanted, and the page cannot


PICTURES_EVERY = {BandwidthRung.FRAMES_SLOWER: 2.0}  # times the sampling interval that was asked for
