"""Bodies of the tutorial's endpoint and page; the endpoint's are lenient, as the tutorial's own are."""

from pydantic import BaseModel

from examhall.web.schemas import Answer


class DetectFaces(BaseModel):
    base64_img: str
    participant_id: str


class DetectedFaces(BaseModel):
    id: str
    multiple_detected: bool
    faces: int


class MeetingPage(Answer):  # GET /api/v1/meeting-page
    """How often the tutorial's page sends a picture to /detect_faces/."""

    detect_every_s: float
