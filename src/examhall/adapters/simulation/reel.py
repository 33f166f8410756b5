"""A reel of ready JPEG pictures for each scene, so that a simulated candidate costs next to nothing."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from examhall.adapters.simulation.behaviours import Scene
from examhall.adapters.simulation.scenes import LOOKS, SceneArtist, encode_jpeg


@dataclass(frozen=True, slots=True)
class Reel:
    """Encoded 640x480 pictures by scene; each scene repeats only after its whole reel was seen."""

    pictures: Mapping[Scene, tuple[bytes, ...]] = field(repr=False)

    def picture(self, scene: Scene, index: int) -> bytes:
        """Return the `index`-th picture of the scene, going around."""
        pictures = self.pictures[scene]
        return pictures[index % len(pictures)]


def artist_of(portraits_dir: Path, number: int) -> SceneArtist:
    """Who draws candidate `number` (0 or more). Raises `ExamhallError` `portrait_missing`."""
    return SceneArtist(portraits_dir, LOOKS[number % len(LOOKS)], seed=number)


def shoot_reel(artist: SceneArtist, scenes: frozenset[Scene], *, length: int = 10) -> Reel:
    """Draw and encode `length` pictures of each scene, no two alike: a still picture would count as frozen."""
    return Reel(
        {
            scene: tuple(encode_jpeg(artist.drawing(scene)(float(i))) for i in range(length))
            for scene in scenes
        }
    )
