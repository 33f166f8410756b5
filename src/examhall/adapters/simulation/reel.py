"""A reel of ready JPEG pictures for each scene, so that a simulated candidate costs next to nothing."""

import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.scenes import LOOKS, SceneArtist, encode_jpeg
from examhall.adapters.simulation.variation import vary

SPACING_S = 3.73  # between the moments that are drawn; one in ten falls into a blink


@dataclass(frozen=True, slots=True)
class Reel:
    """Encoded 640x480 pictures by scene, shown in no order that repeats, each time a little different."""

    pictures: Mapping[Scene, tuple[bytes, ...]] = field(repr=False)

    def picture(self, scene: Scene, index: int) -> bytes:
        """Return the `index`-th picture of the scene; no two are equal within hours."""
        pictures = self.pictures[scene]
        chosen = zlib.crc32(index.to_bytes(8, "little")) % len(pictures)
        return vary(pictures[chosen], index)


def artist_of(portraits_dir: Path, number: int) -> SceneArtist:
    """Who draws candidate `number` (0 or more). Raises `ExamhallError` `portrait_missing`."""
    return SceneArtist(portraits_dir, LOOKS[number % len(LOOKS)], seed=number)


def shoot_reel(artist: SceneArtist, scenes: frozenset[Scene], *, length: int = 10) -> Reel:
    """Draw and encode `length` moments of each scene."""
    return Reel(
        {
            scene: tuple(encode_jpeg(artist.drawing(scene)(i * SPACING_S)) for i in range(length))
            for scene in scenes
        }
    )
