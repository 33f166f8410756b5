"""What a decoder expects of a model file, and whether a file fits.

A model can be swapped for any other whose inputs and outputs its decoder knows how to read.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import onnxruntime

from examhall.adapters.detectors.model_registry import ModelTask, TaskModel
from examhall.domain.errors import ErrorKind, ExamhallError

_U8, _F32, _I64 = "tensor(uint8)", "tensor(float)", "tensor(int64)"


@dataclass(frozen=True, slots=True)
class TensorSpec:
    """dtype: as onnxruntime writes it; a side of `shape` that is None may have any length."""

    name: str
    dtype: str
    shape: tuple[int | None, ...]

    def __str__(self) -> str:
        return f"{self.name} {_in_words(self.dtype, self.shape)}"


@dataclass(frozen=True, slots=True)
class Signature:
    """`outputs` must be there; a model may have more. Every input it needs must be in `inputs`."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]


def _crop(side: int) -> tuple[TensorSpec, ...]:
    return (TensorSpec("image", _U8, (side, side, 3)),)


def _floats(**shapes: tuple[int | None, ...]) -> tuple[TensorSpec, ...]:
    return tuple(TensorSpec(name, _F32, shape) for name, shape in shapes.items())


def _yunet_outputs() -> tuple[TensorSpec, ...]:
    columns = {"cls": 1, "obj": 1, "bbox": 4, "kps": 10}
    return tuple(
        TensorSpec(f"{name}_{stride}", _F32, (None, None, count))
        for name, count in columns.items()
        for stride in (8, 16, 32)
    )


SIGNATURES: Mapping[str, Signature] = {
    "centerface": Signature(
        (TensorSpec("image", _U8, (None, None, 3)),),
        _floats(
            heatmap=(1, 1, None, None),
            size=(1, 2, None, None),
            offset=(1, 2, None, None),
            points=(1, 10, None, None),
        ),
    ),
    "yunet": Signature(_floats(input=(1, 3, None, None)), _yunet_outputs()),
    "mediapipe_mesh": Signature(_crop(192), _floats(points=(468, 3), face_flag=(1,))),
    "mediapipe_iris": Signature(_crop(64), _floats(contour=(71, 3), iris=(5, 3))),
    "dlib_resnet": Signature(_crop(150), _floats(embedding=(128,))),
    "nanodet": Signature(_crop(320), _floats(scores=(None, 80), boxes=(None, 4))),
    "ssdlite": Signature(_crop(300), _floats(scores=(None, 91), boxes=(None, 4))),
    "silero_vad": Signature(
        (*_floats(input=(None, None), state=(2, None, 128)), TensorSpec("sr", _I64, ())),
        _floats(output=(None, 1), stateN=(None, None, None)),
    ),
}


# Which decoders can serve a task.
TASK_DECODERS: Mapping[ModelTask, tuple[str, ...]] = {
    "faces": ("centerface", "yunet"),
    "mesh": ("mediapipe_mesh",),
    "iris": ("mediapipe_iris",),
    "identity": ("dlib_resnet",),
    "phone_book": ("nanodet",),
    "person_laptop": ("ssdlite",),
    "speech": ("silero_vad",),
    "portrait": (),
}


class _Argument(Protocol):
    """An input or output as onnxruntime describes it; sides are numbers, names or None."""

    name: str
    type: str
    shape: Sequence[int | str | None]


def open_session(path: Path) -> onnxruntime.InferenceSession:
    """One thread per session: the workers are the parallelism."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def open_model(model: TaskModel) -> onnxruntime.InferenceSession:
    """Open a model and check that its decoder can read it.

    Raises ExamhallError `model_does_not_fit`, naming what was expected and what is there.
    """
    known = TASK_DECODERS[model.task]
    if model.decoder not in known:
        raise _unfit(model, f"the task {model.task} is decoded by {' or '.join(known) or 'nothing'}")
    try:
        session = open_session(model.path)
    except Exception as error:  # onnxruntime has a dozen of its own, without a common base
        raise _unfit(model, f"onnxruntime cannot open it ({str(error).splitlines()[0][:200]})") from error
    signature = SIGNATURES[model.decoder]
    inputs = {argument.name: argument for argument in session.get_inputs()}
    outputs = {argument.name: argument for argument in session.get_outputs()}
    problems = [
        *_differences("input", signature.inputs, inputs),
        *_differences("output", signature.outputs, outputs),
        *(
            f"input {name} is not known to the decoder"
            for name in inputs
            if name not in {spec.name for spec in signature.inputs}
        ),
    ]
    if problems:
        raise _unfit(model, "; ".join(problems))
    return session


def _differences(role: str, expected: Sequence[TensorSpec], actual: Mapping[str, _Argument]) -> list[str]:
    problems = []
    for spec in expected:
        found = actual.get(spec.name)
        if found is None:
            there = ", ".join(actual) or "nothing"
            problems.append(f"{role} {spec} expected, but there is only {there}")
        elif found.type != spec.dtype or not _shape_fits(spec.shape, found.shape):
            problems.append(f"{role} {spec} expected, but it is {_in_words(found.type, found.shape)}")
    return problems


def _shape_fits(expected: Sequence[int | None], actual: Sequence[int | str | None]) -> bool:
    """A side that the model leaves open takes any length."""
    return len(expected) == len(actual) and all(
        wanted is None or not isinstance(side, int) or side == wanted
        for wanted, side in zip(expected, actual, strict=True)
    )


def _in_words(dtype: str, shape: Sequence[int | str | None]) -> str:
    sides = ", ".join("any" if side is None else str(side) for side in shape)
    return f"{dtype.removeprefix('tensor(').removesuffix(')')} ({sides})"


def _unfit(model: TaskModel, reason: str) -> ExamhallError:
    return ExamhallError(
        ErrorKind.UNAVAILABLE,
        "model_does_not_fit",
        f"The model {model.name} ({model.path.name}) does not fit the decoder {model.decoder}: {reason}.",
    )
