import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { describeCamera } from '@/media/camera-device';
import { HeldFrames } from '@/media/held-frames';
import { SamplingPace } from '@/media/sampling-pace';
import { watchScreens } from '@/media/second-screen';

describe('sampling pace', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is faster for a burst and then as the server last asked', () => {
    const applied: number[] = [];
    const pace = new SamplingPace(1, (seconds) => applied.push(seconds));
    pace.burst(0.2, 2);
    expect(pace.intervalS).toBe(0.2);
    pace.set(1.5);
    expect(pace.intervalS).toBe(0.2);
    vi.advanceTimersByTime(2_000);
    expect(applied).toEqual([0.2, 0.2, 1.5]);
  });

  it('lets a second burst run its whole time', () => {
    const pace = new SamplingPace(1, () => undefined);
    pace.burst(0.2, 2);
    vi.advanceTimersByTime(1_500);
    pace.burst(0.2, 2);
    vi.advanceTimersByTime(1_500);
    expect(pace.intervalS).toBe(0.2);
    vi.advanceTimersByTime(500);
    expect(pace.intervalS).toBe(1);
  });

  it('is never slowed by a burst', () => {
    const pace = new SamplingPace(1, () => undefined);
    pace.burst(5, 2);
    expect(pace.intervalS).toBe(1);
  });
});

describe('held frames', () => {
  it('are told of once they have been held for more than 5 s, and when one goes out again', () => {
    const told: string[] = [];
    const frames = new HeldFrames((kind) => told.push(kind));
    frames.frame(true, 0);
    frames.frame(true, 5_000);
    frames.frame(false, 5_500);
    frames.frame(true, 6_000);
    frames.frame(true, 11_001);
    frames.frame(true, 12_000);
    expect(told).toEqual(['frames_held']);
    frames.frame(false, 13_000);
    frames.frame(false, 14_000);
    expect(told).toEqual(['frames_held', 'frames_resumed']);
  });
});

describe('second screen', () => {
  it('is told as it stands and as it changes', () => {
    const screen = Object.assign(new EventTarget(), { isExtended: false });
    vi.stubGlobal('screen', screen);
    const told: string[] = [];
    const stop = watchScreens((kind) => told.push(kind));
    screen.isExtended = true;
    screen.dispatchEvent(new Event('change'));
    screen.dispatchEvent(new Event('change'));
    stop();
    screen.isExtended = false;
    screen.dispatchEvent(new Event('change'));
    expect(told).toEqual(['second_screen_off', 'second_screen_on']);
  });

  it('is never told of by a browser that does not know', () => {
    vi.stubGlobal('screen', new EventTarget());
    const told: string[] = [];
    watchScreens((kind) => told.push(kind))();
    expect(told).toEqual([]);
  });
});

describe('camera', () => {
  it('is described by its label, size and the names of its controls', () => {
    const track = {
      label: 'x'.repeat(400),
      getSettings: () => ({ width: 640, height: 480, frameRate: 30, deviceId: 'secret' }),
      getCapabilities: () => ({ exposureMode: ['manual'], width: { max: 1920 } }),
    } as unknown as MediaStreamTrack;
    expect(describeCamera(track)).toEqual({
      label: 'x'.repeat(300),
      width: 640,
      height: 480,
      frame_rate: 30,
      controls: ['exposureMode', 'width'],
    });
  });

  it('may say nothing of itself', () => {
    const track = { label: '', getSettings: () => ({}) } as unknown as MediaStreamTrack;
    expect(describeCamera(track)).toEqual({
      label: '',
      width: null,
      height: null,
      frame_rate: null,
      controls: [],
    });
  });
});
