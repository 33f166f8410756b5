"""The recording on the page of an export: every piece with a player that works offline, every gap with its reason."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape

from examhall.application.ports.recording_store import SegmentRecord
from examhall.domain.recording import Gap, GapLabel, SegmentKind

_KINDS = {
    SegmentKind.CAMERA: "Camera",
    SegmentKind.SCREEN: "Screen",
    SegmentKind.AUDIO: "Sound sent later",
}
# None of them says anything about the candidate.
_WHY = {
    GapLabel.PAUSED: "the exam was paused",
    GapLabel.SERVER: "the server was away",
    GapLabel.NETWORK: "no network",
    GapLabel.DEVICE: "not recorded by the device",
    GapLabel.NOT_YET_RECEIVED: "not yet received",
}
_GAPS = "A gap has a technical reason, which its label says; it says nothing about the candidate."
_HEAD = "<tr><th>At</th><th>Length</th><th>What</th></tr>\n"


@dataclass(frozen=True, slots=True)
class _Row:
    at_ms: int
    length_ms: int
    what: str  # as HTML


def recording_section(
    segments: Sequence[SegmentRecord], names: Mapping[str, str | None], gaps: Sequence[Gap]
) -> str:
    """names: by segment id its name in the export, None when it is not kept any more."""
    tables = "".join(_of_kind(kind, segments, names, gaps) for kind in SegmentKind)
    if not tables:
        return "<p>None.</p>\n"
    return f"<p>Each piece plays by itself. Times are those of the server. {_GAPS}</p>\n{tables}"


def _of_kind(
    kind: SegmentKind, segments: Sequence[SegmentRecord], names: Mapping[str, str | None], gaps: Sequence[Gap]
) -> str:
    rows = [_Row(s.captured_at, s.duration_ms, _piece(s, names[s.id])) for s in segments if s.kind is kind]
    rows += [_gap(gap) for gap in gaps if gap.kind is kind]
    if not rows:
        return ""
    lines = "".join(_line(row) for row in sorted(rows, key=lambda row: row.at_ms))
    return f"<h3>{escape(_KINDS[kind])}</h3>\n<table>{_HEAD}{lines}</table>\n"


def _piece(segment: SegmentRecord, name: str | None) -> str:
    late = ", sent later" if segment.late else ""
    if name is None:
        return f"<em>no longer kept{late}</em>"
    file = escape(name)
    tag = "audio" if segment.kind is SegmentKind.AUDIO else "video"
    # Closed, and nothing is loaded before somebody plays it: there may be a thousand of them.
    return (
        f"<details><summary>Play{late}</summary>"
        f'<{tag} controls preload="none" src="{file}"></{tag}> <a href="{file}">{file}</a></details>'
    )


def _gap(gap: Gap) -> _Row:
    length_ms = gap.span.to_ms - gap.span.from_ms
    return _Row(gap.span.from_ms, length_ms, f"<em>Gap: {escape(_WHY[gap.label])}</em>")


def _line(row: _Row) -> str:
    length = escape(f"{row.length_ms / 1000:.1f} s")
    return f"<tr><td>{escape(time_words(row.at_ms))}</td><td>{length}</td><td>{row.what}</td></tr>\n"


def time_words(at_ms: int) -> str:
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
