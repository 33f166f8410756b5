"""One encoded frame in, facts about it out: what a worker process does, and `examhall analyze`."""

import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from examhall.adapters.detectors.centerface import FoundFace
from examhall.adapters.detectors.face_detector import FaceDetector, open_face_detector
from examhall.adapters.detectors.face_scan import coarse_faces, coarse_size, fine_faces
from examhall.adapters.detectors.identity import Identity
from examhall.adapters.detectors.landmarks import Landmarks, SeenFace
from examhall.adapters.detectors.model_registry import ModelRegistry
from examhall.adapters.detectors.model_signature import open_model
from examhall.adapters.detectors.objects import Objects
from examhall.application.ports.vision import (
    CameraFacts,
    FaceFacts,
    FrameAnalysis,
    FrameJob,
    IdentityFacts,
    Look,
    ObjectFacts,
    StageTimings,
)
from examhall.domain.observation import Scan
from examhall.domain.policy import ScanPlan
from examhall.vision.decode import Picture, decode_at_least, fit_within, scale_to
from examhall.vision.headers import read_header
from examhall.vision.quality import measure_quality
from examhall.vision.thumbnail import make_thumbnail

# A screen full of faces must not take seconds; the largest are looked at.
_MAX_FACES = 32
# More pixels than this help no detector: a webcam's picture is taken whole, a photograph is shrunk.
_DETAIL_WIDTH, _DETAIL_HEIGHT = 1280, 960


@dataclass(frozen=True, slots=True)
class Views:
    """One picture twice: `small` fits the coarse scan and serves quality and thumbnail as well; from `full`
    faces are cut out. `width`, `height`: original pixels, upright.

    `small` is always made from `full`, so that equal pictures have equal hashes whatever is done with them.
    """

    width: int
    height: int
    small: Picture
    full: Picture


@dataclass(frozen=True, slots=True)
class Detectors:
    """All models of one worker."""

    faces: FaceDetector
    landmarks: Landmarks
    identity: Identity
    objects: Objects


class _Watch:
    """Milliseconds since the last look at it."""

    def __init__(self) -> None:
        self._at_s = time.perf_counter()

    def lap_ms(self) -> float:
        before, self._at_s = self._at_s, time.perf_counter()
        return (self._at_s - before) * 1000


class FrameAnalyzer:
    """Stateless; one per worker process."""

    def __init__(self, detectors: Detectors) -> None:
        self._detectors = detectors

    def __call__(self, job: FrameJob) -> FrameAnalysis:
        """Raises ExamhallError as `examhall.vision.headers.read_header` does."""
        watch = _Watch()
        header = read_header(job.payload)
        full = decode_at_least(job.payload, header, _DETAIL_WIDTH, _DETAIL_HEIGHT)
        views = _views(header.width, header.height, full, job.plan)
        return self._look(views, job.scan, job.plan, job.looks, watch.lap_ms(), thumbnail=job.thumbnail)

    def look_at_picture(
        self, picture: Picture, scan: Scan | None, plan: ScanPlan, looks: frozenset[Look] = frozenset()
    ) -> FrameAnalysis:
        """Analyze pixels that are decoded already (BGR uint8), as frames of a video are."""
        height, width = picture.shape[:2]
        return self._look(_views(width, height, picture, plan), scan, plan, looks, 0.0, thumbnail=False)

    def _look(
        self,
        views: Views,
        scan: Scan | None,
        plan: ScanPlan,
        looks: frozenset[Look],
        decode_ms: float,
        *,
        thumbnail: bool,
    ) -> FrameAnalysis:
        watch = _Watch()
        found = () if scan is None else self._find_faces(views, scan, plan)
        faces_ms = watch.lap_ms()
        heads = self._see_heads(views, found, looks)
        head_ms = watch.lap_ms()
        identities = self._identify(views, heads, looks)
        identity_ms = watch.lap_ms()
        objects = self._find_objects(views) if Look.OBJECTS in looks else None
        objects_ms = watch.lap_ms()
        camera = _camera(views.small)
        quality_ms = watch.lap_ms()
        small_jpeg = make_thumbnail(views.small) if thumbnail else None
        thumbnail_ms = watch.lap_ms()
        stages_ms = faces_ms + head_ms + identity_ms + objects_ms + quality_ms + thumbnail_ms
        return FrameAnalysis(
            width=views.width,
            height=views.height,
            faces=None if scan is None else FaceFacts(scan, tuple(face.box for face in found)),
            camera=camera,
            thumbnail=small_jpeg,
            timings=StageTimings(
                queue_ms=0.0,
                decode_ms=decode_ms,
                faces_ms=faces_ms,
                quality_ms=quality_ms,
                thumbnail_ms=thumbnail_ms,
                total_ms=decode_ms + stages_ms,
                head_ms=head_ms,
                identity_ms=identity_ms,
                objects_ms=objects_ms,
            ),
            heads=tuple(head.facts for head in heads),
            identities=identities,
            objects=objects,
        )

    def _find_faces(self, views: Views, scan: Scan, plan: ScanPlan) -> tuple[FoundFace, ...]:
        if scan is Scan.FINE:
            found = fine_faces(self._detectors.faces, views.small, views.full, plan)
            return _scaled(found, views)
        return coarse_faces(self._detectors.faces, views.small, views.width, views.height, plan)

    def _see_heads(
        self, views: Views, found: tuple[FoundFace, ...], looks: frozenset[Look]
    ) -> tuple[SeenFace, ...]:
        """Heads are what identities are cut from, so they are looked at for both."""
        if not found or not looks - {Look.OBJECTS}:
            return ()
        wanted = _MAX_FACES if looks & {Look.ALL_HEADS, Look.ALL_IDENTITIES} else 1
        by_size = sorted(range(len(found)), key=lambda index: -_area(found[index]))
        scale = views.full.shape[1] / views.width, views.full.shape[0] / views.height
        return tuple(
            self._detectors.landmarks.see(views.full, found[index].scaled(*scale), index)
            for index in sorted(by_size[:wanted])
        )

    def _identify(
        self, views: Views, heads: tuple[SeenFace, ...], looks: frozenset[Look]
    ) -> tuple[IdentityFacts, ...]:
        if Look.ALL_IDENTITIES in looks:
            wanted = heads
        elif Look.IDENTITY in looks and heads:
            wanted = (max(heads, key=lambda head: head.look.size_px),)
        else:
            return ()
        return tuple(self._detectors.identity.embed(views.full, head) for head in wanted)

    def _find_objects(self, views: Views) -> ObjectFacts:
        return self._detectors.objects.look(views.full, views.width, views.height)


def _views(width: int, height: int, full: Picture, plan: ScanPlan) -> Views:
    size = fit_within(full.shape[1], full.shape[0], *coarse_size(width, height, plan))
    unchanged = size == (full.shape[1], full.shape[0])
    return Views(width, height, full if unchanged else scale_to(full, *size), full)


def _area(face: FoundFace) -> float:
    return (face.box.x2 - face.box.x1) * (face.box.y2 - face.box.y1)


def _scaled(found: tuple[FoundFace, ...], views: Views) -> tuple[FoundFace, ...]:
    """From pixels of `full` to original ones."""
    scale = views.width / views.full.shape[1], views.height / views.full.shape[0]
    return found if scale == (1.0, 1.0) else tuple(face.scaled(*scale) for face in found)


def _camera(small: Picture) -> CameraFacts:
    quality = measure_quality(small)
    return CameraFacts(
        quality.luma_mean, quality.luma_sd, quality.sharpness, quality.fingerprint, quality.exact_hash
    )


@dataclass(frozen=True, slots=True)
class AnalyzerFactory:
    """Builds the analyzer inside a worker process: picklable, opens nothing before it is called."""

    models_dir: Path

    def __call__(self) -> FrameAnalyzer:
        """Open and warm up. Raises ExamhallError `model_missing`, `model_altered` or `model_does_not_fit`."""
        cv2.setNumThreads(1)
        registry = ModelRegistry(self.models_dir)
        detectors = Detectors(
            faces=open_face_detector(registry),
            landmarks=Landmarks(
                open_model(registry.model_for("mesh")), open_model(registry.model_for("iris"))
            ),
            identity=Identity(open_model(registry.model_for("identity"))),
            objects=Objects(
                open_model(registry.model_for("phone_book")), open_model(registry.model_for("person_laptop"))
            ),
        )
        _warm_up(detectors)
        return FrameAnalyzer(detectors)


def _warm_up(detectors: Detectors) -> None:
    """The first run of a model at each size plans memory; that belongs before "ready"."""
    plan = ScanPlan()
    grey = np.full((plan.fine_height, plan.fine_width, 3), 128, np.uint8)
    for width, height in ((plan.coarse_width, plan.coarse_height), (plan.fine_width, plan.fine_height)):
        detectors.faces.find(grey, width, height, 1.0)
    detectors.landmarks.warm_up()
    detectors.identity.warm_up()
    detectors.objects.look(grey, plan.fine_width, plan.fine_height)
