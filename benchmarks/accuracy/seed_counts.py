"""The tutorial's face detector on picture files, run by .venv-bench: {path: number of faces} as JSON."""

import json
import sys

import face_recognition


def main() -> None:
    counts = {}
    for path in sys.argv[1:]:
        picture = face_recognition.load_image_file(path)
        counts[path] = len(face_recognition.face_locations(picture))
    sys.stdout.write(json.dumps(counts))


if __name__ == "__main__":
    main()
