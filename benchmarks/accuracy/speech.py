"""Speech against silence, typing and room noise: the product's listener and rule on sounds with a known truth."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

import numpy as np

from accuracy.report import Report, short, table
from accuracy.sounds import HERTZ, Track, conversation, noise_tracks, pcm, spoken_tracks, with_noise
from accuracy.statistics import Case, estimate, f1, precision, proportion, recall
from examhall.adapters.detectors.model_registry import default_models_dir
from examhall.adapters.detectors.speech import ListenerFactory, SpeechListener
from examhall.application.ports.vision import AudioJob
from examhall.domain.observation import SpeechObserved, TimePassed, WatchChanged
from examhall.domain.policy import Policy, Preset, Signal
from examhall.domain.presets import PRESETS
from examhall.domain.rules.engine import RulesState, step

PIECE = HERTZ // 2  # the page sends half a second at a time
_SNRS_DB = (20.0, 10.0, 5.0)


def measure(report: Report) -> None:
    """Fill in the speech figures."""
    listener = ListenerFactory(default_models_dir())()
    voices, noises, talk = spoken_tracks(), noise_tracks(), conversation()
    policy = PRESETS[Preset.STANDARD]
    cases = {track.scene: cases_of(track, listener, policy) for track in (*voices, *noises, talk)}
    clean = [case for track in (*voices, *noises) for case in cases[track.scene]]
    found = report.add("speech_f1", estimate(clean, lambda some: f1(some, "speech")))
    report.add("speech_precision", precision(clean, "speech"))
    report.add("speech_recall", recall(clean, "speech"))
    real = report.add(
        "speech_f1_recorded_conversation", estimate(cases[talk.scene], lambda some: f1(some, "speech"))
    )
    rows = [("48 synthesised voices and 13 rooms without speech", short(found)),
            ("a recorded conversation of two people", short(real))]  # fmt: skip
    rows += _false_rows(noises, cases)
    rows += _noisy_rows(voices, listener, policy, report)
    report.text(
        "## Speech",
        "Half-second pieces through the server's listener; a piece is speech when at least half of it is (the policy's "
        "threshold), truth comes from the clean sound (or the recording's own labels); pieces that are partly speech are left "
        "out. Voices are eSpeak NG's (12 languages, 4 voices each), noises are synthesised: typing, a fan with mains hum, a "
        "quiet microphone, digital silence. The page's gate, which keeps silence from being sent at all, is not applied.",
        table(("", "F1, or share"), rows),
        _incidents(report, voices, noises, listener, policy),
    )
    report.goal("speech F1 >= .95 on clean speech against silence, keyboard, room", short(found),
                holds=found.value >= 0.95, remark="synthesised voices")  # fmt: skip


def cases_of(track: Track, listener: SpeechListener, policy: Policy) -> list[Case]:
    """One case for each piece that is clearly speech or clearly none."""
    cases = []
    threshold = policy.signals[Signal.SPEECH].threshold
    for index, seen in enumerate(heard(track, listener)):
        spoken = float(track.spoken[index * PIECE : (index + 1) * PIECE].mean())
        if 0.0 < spoken < 0.5:
            continue
        said = "speech" if 0.0 < seen.speech_share >= threshold else "none"
        cases.append(Case(track.scene, "speech" if spoken else "none", said))
    return cases


def heard(track: Track, listener: SpeechListener) -> Iterable[SpeechObserved]:
    """The track in half-second pieces, as the page sends them."""
    memory = b""
    for begin in range(0, track.sound.size - PIECE + 1, PIECE):
        answer = listener(AudioJob("accuracy", pcm(track.sound[begin : begin + PIECE]), memory))
        memory = answer.memory
        yield SpeechObserved(
            (begin + PIECE) / HERTZ, answer.duration_s, answer.speech_share, answer.probability,
            answer.level_dbfs, answer.clipped_share,
        )  # fmt: skip


def _false_rows(noises: Sequence[Track], cases: dict[str, list[Case]]) -> list[tuple[str, str]]:
    rows = []
    for kind in dict.fromkeys(track.kind for track in noises):
        outcomes = [
            (case.scene, case.said == "speech")
            for track in noises
            if track.kind == kind
            for case in cases[track.scene]
        ]
        rows.append((f"{kind}: pieces taken for speech", short(proportion(outcomes))))
    return rows


def _noisy_rows(
    voices: Sequence[Track], listener: SpeechListener, policy: Policy, report: Report
) -> list[tuple[str, str]]:
    rows = []
    for decibels in _SNRS_DB:
        cases = [
            case
            for seed, track in enumerate(voices)
            for case in cases_of(with_noise(track, decibels, seed), listener, policy)
        ]
        found = report.add(f"speech_f1_{decibels:g}db", estimate(cases, lambda some: f1(some, "speech")))
        rows.append((f"voices {decibels:g} dB above typing and fan", short(found)))
    return rows


def _incidents(
    report: Report, voices: Sequence[Track], noises: Sequence[Track], listener: SpeechListener, policy: Policy
) -> str:
    """Whether the standard policy's rule opens an incident."""
    opened = [(track.scene, _opens(track, listener, policy)) for track in voices]
    false = sum(_opens(track, listener, policy) for track in noises)
    seconds = sum(track.sound.size for track in noises) / HERTZ
    found = report.add("speech_incident_recall", proportion(opened))
    report.add_number("speech_false_incidents", false, len(noises))
    return (
        f"By incident, standard policy (held {policy.signals[Signal.SPEECH].hold_s:g} s): {short(found)} of the sentences opened one; "
        f"{false} in {seconds:.0f} s of rooms without speech. Longest sentence "
        f"{max(np.count_nonzero(track.spoken) for track in voices) / HERTZ:.1f} s."
    )


def _opens(track: Track, listener: SpeechListener, policy: Policy) -> bool:
    policy = replace(policy, scan=replace(policy.scan, burst_s=0.0))  # no pictures here to ask for
    state, _ = step(RulesState(), WatchChanged(0.0, watching=True), policy)
    for seen in heard(track, listener):
        state, changes = step(state, seen, policy)
        if any(change.incident.signal is Signal.SPEECH for change in changes):
            return True
        state, _ = step(state, TimePassed(seen.at_s), policy)
    return False
