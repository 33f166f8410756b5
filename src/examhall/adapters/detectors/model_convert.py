"""How the files of a package become one file of the model folder, by the manifest's `convert`."""

from collections.abc import Callable, Mapping

from examhall.adapters.detectors.convert_centerface import convert_centerface
from examhall.adapters.detectors.convert_dlib import convert_identity
from examhall.adapters.detectors.convert_objects import convert_nanodet, convert_ssdlite
from examhall.adapters.detectors.convert_tflite import convert_iris, convert_mesh


def copy(files: Mapping[str, bytes]) -> bytes:
    """The one file as it is."""
    (data,) = files.values()
    return data


CONVERTERS: Mapping[str, Callable[[Mapping[str, bytes]], bytes]] = {
    "centerface": convert_centerface,
    "copy": copy,
    "identity": convert_identity,
    "iris": convert_iris,
    "mesh": convert_mesh,
    "nanodet": convert_nanodet,
    "ssdlite": convert_ssdlite,
}
