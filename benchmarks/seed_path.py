"""The tutorial's path, run by .venv-bench: a PNG data URL in, face locations out.

Reads one JSON string (a data URL) per line and answers with one JSON object per line. The time it
tells starts with the text in hand and ends with the faces, so no pipe counts against it.
"""

import base64
import io
import json
import sys
import time

import face_recognition


def main() -> None:
    for line in sys.stdin:
        data_url = json.loads(line)
        started = time.perf_counter()
        _, encoded = data_url.split(",", 1)
        picture = face_recognition.load_image_file(io.BytesIO(base64.b64decode(encoded)))
        faces = face_recognition.face_locations(picture)
        spent_ms = (time.perf_counter() - started) * 1000
        sys.stdout.write(json.dumps({"faces": len(faces), "ms": spent_ms}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
