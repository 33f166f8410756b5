"""The page of an export that people read: no scripts, nothing loaded from elsewhere, all text escaped."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape

from examhall.application.journal import UNTOLD, read_payload, words
from examhall.application.ports.attempt_store import EvidenceRecord
from examhall.application.ports.record_store import AttemptDump
from examhall.application.recording_page import recording_section, time_words
from examhall.domain.chain import ChainStatus
from examhall.domain.recording import Gap

_HEAD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src 'self' file:; media-src 'self' file:;
 style-src 'unsafe-inline'">
<title>Record of an attempt</title>
<style>
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
table{border-collapse:collapse;width:100%}td,th{border-bottom:1px solid #ccc;padding:.25rem .5rem;text-align:left;
vertical-align:top}img{max-width:14rem;margin:.25rem}video{max-width:100%;display:block}
</style></head><body>
"""
_NOTICE = (
    "<p>An incident is something that the machine observed. It is no finding of guilt. "
    "Check this export with <code>examhall verify</code>.</p>\n"
)
_CHAIN = {
    ChainStatus.INTACT: "The record was whole when it was exported.",
    ChainStatus.ERASED: "Parts were erased at the end of their time; the rest was whole when it was exported.",
    ChainStatus.BROKEN: "The record did not fit together when it was exported. Do not rely on it.",
}


@dataclass(frozen=True, slots=True)
class Kept:
    """What came into the export of pictures, sounds and films: names by evidence and by segment id, None: no more."""

    evidence: Mapping[str, str | None]
    recording: Mapping[str, str | None]
    gaps: Sequence[Gap]


def export_page(dump: AttemptDump, kept: Kept, chain: ChainStatus) -> str:
    attempt = dump.attempt
    facts = [
        ("Exam", dump.exam.title),
        ("Candidate", attempt.candidate_name),
        ("Address", attempt.candidate_email or ""),
        ("Reference", attempt.candidate_ref or ""),
        ("State", attempt.state.value),
        ("Started", _time(attempt.live_at)),
        ("Over", _time(attempt.over_at)),
        ("Record", _CHAIN[chain]),
    ]
    return "".join(
        (
            _HEAD,
            f"<h1>Attempt {escape(attempt.id)}</h1>\n",
            _NOTICE,
            _table((), facts),
            "<h2>Incidents</h2>\n",
            "".join(_incidents(dump, kept.evidence)) or "<p>None.</p>\n",
            "<h2>Recording</h2>\n",
            recording_section(dump.segments, kept.recording, kept.gaps),
            "<h2>Time given back</h2>\n",
            _table(
                ("At", "Seconds", "Why", "Note"),
                [(_time(c.at), f"{c.seconds:.0f}", c.reason, c.note) for c in dump.credits],
            ),
            "<h2>What was said</h2>\n",
            _table(("At", "By", "Words"), _said(dump)),
            "<h2>The story</h2>\n",
            _table(
                ("No.", "At", "What"),
                [
                    (
                        str(line.seq),
                        _time(line.at),
                        words(
                            line.type,
                            None if line.payload is None else read_payload(line.payload),
                            dump.staff,
                        ),
                    )
                    for line in dump.log
                    if line.type not in UNTOLD
                ],
            ),
            "</body></html>\n",
        )
    )


def _incidents(dump: AttemptDump, kept: Mapping[str, str | None]) -> Iterable[str]:
    for one in dump.incidents:
        pictures = [e for e in dump.evidence if e.incident_id == one.id]
        yield (
            f"<h3>{escape(one.signal.value.replace('_', ' '))}, {escape(one.severity.value)}</h3>\n"
            f"<p>{escape(_time(one.opened_at))}: {escape(one.words)}</p>\n"
            f"<p>Verdict: {escape(one.verdict.value.replace('_', ' '))} "
            f"{escape(dump.staff.get(one.verdict_by or '', ''))} {escape(one.verdict_note)}</p>\n"
            f"<p>{''.join(_shown(e, kept[e.id]) for e in pictures)}</p>\n"
        )


def _shown(record: EvidenceRecord, name: str | None) -> str:
    at = escape(_time(record.captured_at))
    if name is None:
        return f"<em>{at}: {escape(record.note or 'no longer kept')}</em> "
    if record.kind == "audio":
        cut = f" <em>{escape(record.note)}</em>" if record.note else ""
        return f'<audio controls src="{escape(name)}" title="{at}"></audio>{cut}'
    return f'<img src="{escape(name)}" alt="{escape(record.kind)}, {at}" title="{at}">'


def _said(dump: AttemptDump) -> list[tuple[str, str, str]]:
    said = [(c.at, c.sender, c.text) for c in dump.chat]
    said += [(w.at, f"warning by {dump.staff.get(w.sender, w.sender)}", w.text) for w in dump.warnings]
    return [(_time(at), dump.staff.get(sender, sender), text) for at, sender, text in sorted(said)]


def _table(head: Iterable[str], lines: Iterable[Iterable[str]]) -> str:
    top = "".join(f"<th>{escape(cell)}</th>" for cell in head)
    body = "".join("<tr>" + "".join(f"<td>{escape(c)}</td>" for c in line) + "</tr>\n" for line in lines)
    return f"<table>{f'<tr>{top}</tr>' if top else ''}{body}</table>\n"


def _time(at_ms: int | None) -> str:
    return "" if at_ms is None else time_words(at_ms)
