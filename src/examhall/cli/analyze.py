"""`examhall analyze`: pictures and videos through the candidate's pipeline, as JSON lines or words."""

import json
from pathlib import Path
from typing import Annotated

import typer

from examhall.bootstrap.analysis import AnalyzedFrame, ScanChoice, analyze_path
from examhall.bootstrap.vision import build_analyzer
from examhall.domain.errors import ExamhallError


def analyze(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Pictures and videos.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object per frame.")] = False,
    scan: Annotated[
        ScanChoice,
        typer.Option(help="How closely to look: every frame the same, or as the default plan does."),
    ] = ScanChoice.PLAN,
    models_dir: Annotated[
        Path | None, typer.Option(envvar="EXAMHALL_MODELS_DIR", help="The model folder.")
    ] = None,
) -> None:
    """Show what the vision workers see. Exit code 1 if a file could not be read."""
    analyzer = build_analyzer(models_dir)
    failed = False
    for path in paths:
        try:
            for frame in analyze_path(path, scan, analyzer):
                typer.echo(_json_line(frame) if as_json else _words(frame))
        except ExamhallError as error:
            failed = True
            if as_json:
                typer.echo(json.dumps({"path": str(path), "error": error.code, "message": error.message}))
            else:
                typer.echo(f"{path}: {error.message}", err=True)
    if failed:
        raise typer.Exit(1)


def _json_line(frame: AnalyzedFrame) -> str:
    analysis = frame.analysis
    faces = analysis.faces.faces if analysis.faces else ()
    camera = analysis.camera
    observations: list[dict[str, object]] = [
        {
            "type": "camera",
            "luma_mean": round(camera.luma_mean, 2),
            "luma_sd": round(camera.luma_sd, 2),
            "sharpness": round(camera.sharpness, 2),
            "fingerprint": f"{camera.fingerprint:016x}",
            "exact_hash": f"{camera.exact_hash:016x}",
        }
    ]
    if analysis.faces:
        observations.insert(0, {"type": "faces", "scan": analysis.faces.scan, "count": len(faces)})
    return json.dumps(
        {
            "path": str(frame.path),
            "frame": frame.index,
            "t_ms": frame.t_ms,
            "width": analysis.width,
            "height": analysis.height,
            "faces": [{"xyxy": [face.x1, face.y1, face.x2, face.y2], "score": face.score} for face in faces],
            "observations": observations,
        }
    )


def _words(frame: AnalyzedFrame) -> str:
    analysis = frame.analysis
    faces = analysis.faces.faces if analysis.faces else ()
    scores = ", ".join(f"{face.score:.2f}" for face in faces)
    count = f"{len(faces)} face" + ("" if len(faces) == 1 else "s") + (f" ({scores})" if scores else "")
    return (
        f"{frame.path} frame {frame.index} at {frame.t_ms} ms, {analysis.width}x{analysis.height}: {count}, "
        f"luma {analysis.camera.luma_mean:.0f}, sharpness {analysis.camera.sharpness:.0f}"
    )
