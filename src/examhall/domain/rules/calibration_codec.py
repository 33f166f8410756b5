"""A calibration as JSON: in recordings, in the saved rules and with the attempt."""

from dataclasses import asdict

from examhall.domain.observation import Calibration
from examhall.domain.rules.json_values import Fields, Json


def calibration_to_json(calibration: Calibration) -> Json:
    """Return the calibration as JSON values, every field by its name."""
    return asdict(calibration)


def read_calibration(fields: Fields) -> Calibration:
    """Read a calibration; raises `ExamhallError` with the code of `fields`."""
    return Calibration(
        yaw_low_deg=fields.number("yaw_low_deg"),
        yaw_high_deg=fields.number("yaw_high_deg"),
        pitch_low_deg=fields.number("pitch_low_deg"),
        pitch_high_deg=fields.number("pitch_high_deg"),
        gaze_horizontal_low=fields.number_or_none("gaze_horizontal_low"),
        gaze_horizontal_high=fields.number_or_none("gaze_horizontal_high"),
        gaze_vertical_low=fields.number_or_none("gaze_vertical_low"),
        gaze_vertical_high=fields.number_or_none("gaze_vertical_high"),
    )
