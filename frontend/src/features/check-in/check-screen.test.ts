import { describe, expect, it } from 'vitest';
import type { CheckInView } from '@/attempt/attempt-api';
import { checkScreen, plannedSteps, worthAgain } from './check-screen';
import { ADVICE_WORDS, turnWords } from './check-words';

const view = (given: Partial<CheckInView> = {}): CheckInView => ({
  step: 'face',
  target: null,
  progress: 0,
  advice: null,
  steps: [
    { step: 'face', state: 'running' },
    { step: 'calibrate', state: 'pending' },
    { step: 'challenge', state: 'pending' },
    { step: 'voice', state: 'pending' },
  ],
  detectors: [],
  ...given,
});

const after = (states: Partial<Record<string, 'passed' | 'failed' | 'skipped'>>) =>
  (['face', 'calibrate', 'challenge', 'voice'] as const).map((step) => ({
    step,
    state: states[step] ?? ('passed' as const),
  }));

describe('what the camera check shows', () => {
  it('explains itself before anything is tried, whatever the server says', () => {
    expect(checkScreen(null, false, false)).toEqual({ is: 'intro' });
    expect(checkScreen(view({ step: 'voice' }), false, false)).toEqual({ is: 'intro' });
  });

  it('waits for the first word of the server', () => {
    expect(checkScreen(null, true, false)).toEqual({ is: 'starting' });
  });

  it('fills the window with points only when the candidate is ready', () => {
    const points = view({ step: 'calibrate' });
    expect(checkScreen(points, true, false).is).toBe('before_points');
    expect(checkScreen(points, true, true).is).toBe('points');
  });

  it('says that a step failed, also when it was the points', () => {
    for (const step of ['face', 'calibrate', 'voice'] as const) {
      const failed = view({ step, steps: after({ [step]: 'failed' }) });
      expect(checkScreen(failed, true, true)).toMatchObject({ is: 'failed', step });
    }
  });

  it('ends with the result', () => {
    expect(checkScreen(view({ step: 'done' }), true, false).is).toBe('done');
  });
});

describe('steps that are worth doing again', () => {
  const off = (...detectors: CheckInView['detectors'][number]['detector'][]) =>
    detectors.map((detector) => ({ detector, trusted: false, reason: '' }));

  it('are none when everything works', () => {
    expect(worthAgain(view({ step: 'done', steps: after({}) }))).toEqual([]);
  });

  it('are those that were skipped or failed', () => {
    const some = view({ steps: after({ calibrate: 'skipped', voice: 'failed' }) });
    expect(worthAgain({ ...some, detectors: off('head', 'gaze', 'speech') })).toEqual(['calibrate', 'voice']);
  });

  it('are those behind a detector that is off although the step passed', () => {
    expect(worthAgain(view({ steps: after({}), detectors: off('book') }))).toEqual(['face']);
    expect(worthAgain(view({ steps: after({}), detectors: off('gaze') }))).toEqual(['face', 'calibrate']);
  });
});

it('only what the exam looks for is announced', () => {
  const watched = (...signals: ('no_face' | 'looking_away' | 'spoof' | 'speech')[]) =>
    signals.map((signal) => ({ signal, label: '', sentence: '' }));
  expect(plannedSteps(watched('no_face'))).toEqual(['face']);
  expect(plannedSteps(watched('no_face', 'looking_away', 'spoof', 'speech'))).toEqual([
    'face',
    'calibrate',
    'challenge',
    'voice',
  ]);
});

it('left and right are the candidate’s own, and the head comes back between', () => {
  expect(turnWords('turn_left')).toBe('Turn your head to your left');
  expect(turnWords('turn_right')).toBe('Turn your head to your right');
  expect(turnWords('centre')).toBe('Look straight ahead');
  expect(turnWords(null)).toBe('');
});

it('no advice blames anybody', () => {
  for (const { title, words } of Object.values(ADVICE_WORDS)) {
    expect(`${title} ${words}`).not.toMatch(/wrong|must|cheat|suspicious|fail|not allowed/i);
  }
});
