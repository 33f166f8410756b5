const UNITS: Record<string, string> = { s: ' s', ms: ' ms', deg: '°', px: ' px', dbfs: ' dBFS' };
const UNIT = /_(s|ms|deg|px|dbfs)$/;

/** How a number of the explanation reads: the unit is in its name, as everywhere in the system. */
export function figure(name: string, value: number): string {
  const rounded = Number.isInteger(value) ? String(value) : value.toFixed(2);
  const unit = UNIT.exec(name)?.[1];
  return unit === undefined ? rounded : `${rounded}${UNITS[unit] ?? ''}`;
}

/** "score 1" next to its value would read as one number; a count of one has no number. */
const LABELS: Record<string, string> = {
  score_1: 'best score',
  score_2: 'second score',
  score_3: 'third score',
  luma_mean: 'mean brightness',
  luma_sd: 'brightness varies by',
  beyond_deg: 'beyond the own range',
  yaw_deg: 'head turned by',
  pitch_deg: 'head raised by',
  gaze_horizontal: 'eyes across',
  gaze_vertical: 'eyes up and down',
  median_distance: 'distance of the faces',
  pictures: 'good pictures',
  hits: 'seen in',
  looks: 'looks',
  speech_share: 'share of speech',
  level_dbfs: 'loudness',
  probability: 'probability of speech',
  mouth_sd: 'mouth moves by',
  mouth_range: 'mouth varies by',
  same_pictures: 'times the same picture',
  looped_pictures: 'pictures that come again',
  still_s: 'without a blink or a turn',
  silent_s: 'without a picture',
  virtual_score: 'score',
};

export const label = (name: string) => LABELS[name] ?? name.replace(UNIT, '').replaceAll('_', ' ');
