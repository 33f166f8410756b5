"""How usable a camera picture is, in numbers that need no memory of earlier frames."""

import hashlib
from dataclasses import dataclass

import cv2
import numpy as np

from examhall.vision.decode import Picture, fit_within, scale_to

# One size for all numbers, whatever the camera and the scan, so that thresholds mean the same.
QUALITY_WIDTH = 320
QUALITY_HEIGHT = 256


@dataclass(frozen=True, slots=True)
class Quality:
    """luma_mean, luma_sd: 0..255; sharpness: variance of the Laplacian; hashes: 64 bit unsigned."""

    luma_mean: float
    luma_sd: float
    sharpness: float
    fingerprint: int
    exact_hash: int


def measure_quality(picture: Picture) -> Quality:
    """picture: (h, w, 3) BGR uint8; it is scaled down to fit 320 x 256 first if it is larger.

    fingerprint: difference hash, 8 x 8 comparisons of neighbours in a 9 x 8 grey picture (Krawetz
    2013); near-equal pictures differ in few bits. exact_hash: BLAKE2b of the grey pixels; the noise
    of a live sensor always changes it.
    """
    width, height = fit_within(picture.shape[1], picture.shape[0], QUALITY_WIDTH, QUALITY_HEIGHT)
    if (width, height) != (picture.shape[1], picture.shape[0]):
        picture = scale_to(picture, width, height)
    grey = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
    mean, deviation = cv2.meanStdDev(grey)
    # 16 bit holds the 3 x 3 Laplacian of 8 bit pixels exactly and is twice as fast as floats.
    _, edges = cv2.meanStdDev(cv2.Laplacian(grey, cv2.CV_16S))
    tiny = cv2.resize(grey, (9, 8), interpolation=cv2.INTER_AREA)
    bits = np.packbits(tiny[:, 1:] > tiny[:, :-1])
    return Quality(
        luma_mean=float(mean[0, 0]),
        luma_sd=float(deviation[0, 0]),
        sharpness=float(edges[0, 0]) ** 2,
        fingerprint=int.from_bytes(bits.tobytes(), "big"),
        exact_hash=int.from_bytes(hashlib.blake2b(grey.data, digest_size=8).digest(), "big"),
    )
