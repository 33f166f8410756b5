"""One encoded frame in, facts about it out: what a worker process does, and `examhall analyze`."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from examhall.adapters.detectors.centerface import CenterFace
from examhall.adapters.detectors.model_registry import ModelRegistry
from examhall.application.ports.vision import (
    CameraFacts,
    FaceFacts,
    FrameAnalysis,
    FrameJob,
    StageTimings,
)
from examhall.domain.observation import FaceBox, Scan
from examhall.domain.policy import ScanPlan
from examhall.vision.decode import Picture, decode, decode_within, fit_within, scale_to
from examhall.vision.headers import read_header
from examhall.vision.quality import measure_quality
from examhall.vision.thumbnail import make_thumbnail


@dataclass(frozen=True, slots=True)
class Views:
    """One picture twice: `small` fits the coarse scan and serves quality and thumbnail as well;
    `full` is decoded only for a fine scan. `width`, `height`: original pixels, upright."""

    width: int
    height: int
    small: Picture
    full: Picture | None


class FrameAnalyzer:
    """Stateless; one per worker process."""

    def __init__(self, faces: CenterFace) -> None:
        self._faces = faces

    def __call__(self, job: FrameJob) -> FrameAnalysis:
        """Raises ExamhallError as `examhall.vision.headers.read_header` does."""
        started = time.perf_counter()
        header = read_header(job.payload)
        small = decode_within(job.payload, header, job.plan.coarse_width, job.plan.coarse_height)
        full = decode(job.payload, header) if job.scan is Scan.FINE else None
        decoded_ms = (time.perf_counter() - started) * 1000
        return self.look(
            Views(header.width, header.height, small, full), job.scan, job.plan, job.thumbnail, decoded_ms
        )

    def look_at_picture(self, picture: Picture, scan: Scan | None, plan: ScanPlan) -> FrameAnalysis:
        """Analyze pixels that are decoded already (BGR uint8), as frames of a video are."""
        height, width = picture.shape[:2]
        small = scale_to(picture, *fit_within(width, height, plan.coarse_width, plan.coarse_height))
        return self.look(Views(width, height, small, picture), scan, plan, False, 0.0)

    def look(
        self, views: Views, scan: Scan | None, plan: ScanPlan, thumbnail: bool, decode_ms: float
    ) -> FrameAnalysis:
        started = time.perf_counter()
        faces = None if scan is None else FaceFacts(scan, self._find_faces(views, scan, plan))
        faces_done = time.perf_counter()
        quality = measure_quality(views.small)
        quality_done = time.perf_counter()
        small_jpeg = make_thumbnail(views.small) if thumbnail else None
        done = time.perf_counter()
        return FrameAnalysis(
            width=views.width,
            height=views.height,
            faces=faces,
            camera=CameraFacts(
                quality.luma_mean,
                quality.luma_sd,
                quality.sharpness,
                quality.fingerprint,
                quality.exact_hash,
            ),
            thumbnail=small_jpeg,
            timings=StageTimings(
                queue_ms=0.0,
                decode_ms=decode_ms,
                faces_ms=(faces_done - started) * 1000,
                quality_ms=(quality_done - faces_done) * 1000,
                thumbnail_ms=(done - quality_done) * 1000,
                total_ms=decode_ms + (done - started) * 1000,
            ),
        )

    def _find_faces(self, views: Views, scan: Scan, plan: ScanPlan) -> tuple[FaceBox, ...]:
        if scan is Scan.FINE and views.full is not None:
            return self._faces.find(views.full, plan.fine_width, plan.fine_height, plan.fine_score)
        found = self._faces.find(views.small, plan.coarse_width, plan.coarse_height, plan.coarse_score)
        scale_x = views.width / views.small.shape[1]
        scale_y = views.height / views.small.shape[0]
        return tuple(
            FaceBox(
                round(face.x1 * scale_x, 1),
                round(face.y1 * scale_y, 1),
                round(face.x2 * scale_x, 1),
                round(face.y2 * scale_y, 1),
                face.score,
            )
            for face in found
        )


@dataclass(frozen=True, slots=True)
class AnalyzerFactory:
    """Builds the analyzer inside a worker process: picklable, opens nothing before it is called."""

    models_dir: Path

    def __call__(self) -> FrameAnalyzer:
        """Open and warm up. Raises ExamhallError `model_missing` or `model_altered`."""
        cv2.setNumThreads(1)
        faces = CenterFace(ModelRegistry(self.models_dir).path_of("centerface"))
        plan = ScanPlan()
        # The first run at each size plans memory; that belongs before "ready".
        for width, height in (
            (plan.coarse_width, plan.coarse_height),
            (plan.fine_width, plan.fine_height),
        ):
            faces.run(np.zeros((height, width, 3), np.uint8))
        return FrameAnalyzer(faces)
