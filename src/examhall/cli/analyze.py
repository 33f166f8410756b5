"""`examhall analyze`: pictures and videos through the candidate's pipeline, as JSON lines or words."""

import json
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.analysis import (
    AnalyzedFrame,
    Reading,
    ScanChoice,
    analyze_path,
    is_video,
    reference_of,
)
from examhall.bootstrap.video_watch import VideoWatch, watch_video
from examhall.bootstrap.vision import build_analyzer
from examhall.cli.analyze_json import error_object, frame_object, shown_objects, watch_object
from examhall.domain.errors import ExamhallError
from examhall.domain.policy import Preset
from examhall.domain.presets import PRESETS


def analyze(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Pictures and videos.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per frame.")] = False,
    scan: Annotated[
        ScanChoice,
        typer.Option(help="How closely to look: every frame the same, or as the default plan does."),
    ] = ScanChoice.PLAN,
    reference: Annotated[
        Path | None,
        typer.Option(metavar="PICTURE", help="Say how far each face is from the largest one in here."),
    ] = None,
    incidents: Annotated[
        bool, typer.Option("--incidents", help="For videos: the incidents the default policy would open.")
    ] = False,
    calibrate_s: Annotated[
        float,
        typer.Option(
            min=0.0, help="Seconds at the start of a video in which the person looks at the screen."
        ),
    ] = 0.0,
    faint: Annotated[
        bool, typer.Option("--faint", help="List objects too that the default policy would not count.")
    ] = False,
    models_dir: Annotated[
        Path | None, typer.Option(envvar="EXAMHALL_MODELS_DIR", help="The model folder.")
    ] = None,
) -> None:
    """Show what the vision workers see. Exit code 1 if a file could not be read."""
    analyzer = build_analyzer(models_dir)
    template = reference_of(reference, analyzer) if reference else None
    reading = Reading(scan, template, calibrate_s)
    failed = False
    for path in paths:
        try:
            for frame in analyze_path(path, reading, analyzer):
                typer.echo(json.dumps(frame_object(frame, faint=faint)) if as_json else _words(frame, faint))
            if incidents and is_video(path):
                policy = PRESETS[Preset.STANDARD]
                watch = watch_video(path, policy, analyzer, calibrate_s=calibrate_s, template=template)
                typer.echo(json.dumps(watch_object(path, watch)) if as_json else _incident_words(path, watch))
        except ExamhallError as error:
            failed = True
            if as_json:
                typer.echo(json.dumps(error_object(path, error)))
            else:
                typer.echo(f"{path}: {error.message}", err=True)
    if failed:
        raise typer.Exit(1)


def _words(frame: AnalyzedFrame, faint: bool) -> str:
    analysis = frame.analysis
    faces = analysis.faces.faces if analysis.faces else ()
    scores = ", ".join(f"{face.score:.2f}" for face in faces)
    count = f"{len(faces)} face" + ("" if len(faces) == 1 else "s") + (f" ({scores})" if scores else "")
    parts = [count]
    parts += [f"looking {direction}" for direction in frame.directions.values()]
    parts += [f"distance {distance:.2f}" for distance in frame.distances.values()]
    parts += [f"{thing.label} {thing.score:.2f}" for thing in shown_objects(frame, faint=faint)[:5]]
    return (
        f"{frame.path} frame {frame.index} at {frame.t_ms} ms, {analysis.width}x{analysis.height}: "
        f"{', '.join(parts)}, "
        f"luma {analysis.camera.luma_mean:.0f}, sharpness {analysis.camera.sharpness:.0f}"
    )


def _incident_words(path: Path, watch: VideoWatch) -> str:
    lines = [f"{path}: {len(watch.incidents)} incidents in {watch.watched_s:.1f} s"]
    lines += [
        f"  {incident.began_at_s:7.1f} s {incident.signal}: {incident.explanation.words}"
        for incident in watch.incidents
    ]
    return "\n".join(lines)
