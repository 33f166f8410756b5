"""The words of docs/accuracy.md that are not figures."""

from collections.abc import Sequence

from accuracy.dataset import Clip, Still


def head(stills: Sequence[Still], clips: Sequence[Clip]) -> str:
    seconds = sum(clip.duration_s for clip in clips)
    people = len({still.identity for still in stills if still.identity})
    return f"""# How accurate it is

Made by `make accuracy`; do not edit by hand. Every figure comes from one run over {len(stills)} labelled pictures and
{len(clips)} clips ({seconds:.0f} s), with its 95% interval in brackets and the number it rests on. The figures in
`benchmarks/out/accuracy.json` have the same names.

## What these figures cannot say

- The pictures are public ones (research samples, press and stock photos, demo clips), few of them from webcams, none from an
  exam. Nobody in them agreed to biometric processing: they are used to measure, are not part of this project, train nothing,
  and identity codes only group pictures of one source.
- They are few. {people} people are told apart; dark, backlit and darker-skinned faces are a small part. A group's
  figure with a wide interval is a question, not an answer. There are no labels for glasses, masks, headscarves, age or disability.
- Thresholds were chosen with these pictures in view. Held-out folds (by scene) show what that may flatter; other
  pictures will show more. Before relying on a figure, measure on pictures of your own hall: `EXAMHALL_ACCURACY_DATA=FOLDER make accuracy`
  with the same columns.
- "Synthetic" figures come from pictures and sounds that a seeded script composes. They show that a detector answers to the cause,
  not how often it will in a room.
- Intervals resample scenes, because pictures of one scene look alike; where everything was right (or wrong) they are exact
  binomial ones over scenes.
- Nothing here measures guilt. An observation that is right is still only a reason for a person to look."""


def tail() -> str:
    return """## The columns

`labels.csv`: file, face_count and face_count_max (visible faces, least and most), distractor_faces (on posters and screens),
person_present, face_visible, phone (0, 1 or empty), identity (a code that groups pictures of one person), lighting (normal, dark,
backlit), skin_tone (Fitzpatrick I-III, IV-VI, mixed, unsure), webcam_like, scene (pictures of one place and people; empty: its own).

`clips.csv`: file, faces_min, faces_max, persons, phone, talking, identity, head_gaze_events_s ("0.0-5.5 gaze centre; 5.6-10.2 eyes to image
left"), other_events_s, webcam_like, duration_s."""
