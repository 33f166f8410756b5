import { beforeEach, describe, expect, it, vi } from 'vitest';
import { listInputs, openDevice } from '@/media/devices';

/** A browser with these devices; each call of a method is noted. */
function browserWith(devices: {
  getUserMedia?: (asked: MediaStreamConstraints) => Promise<unknown>;
  getDisplayMedia?: () => Promise<unknown>;
  enumerateDevices?: () => Promise<unknown>;
}) {
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('navigator', { mediaDevices: devices });
}

function streamOf(settings: MediaTrackSettings = {}) {
  const track = { getSettings: () => settings, stop: vi.fn() };
  return { track, stream: { getTracks: () => [track] } };
}

/** As a browser's, whose DOMException is an Error; the one of jsdom is not. */
const refusal = (name: string) => Promise.reject(Object.assign(new Error('no'), { name }));

beforeEach(() => {
  vi.unstubAllGlobals();
});

describe('shared screen', () => {
  it.each(['browser', 'window'])('is not taken when it is a %s, and is let go', async (surface) => {
    const { track, stream } = streamOf({ displaySurface: surface });
    browserWith({ getDisplayMedia: () => Promise.resolve(stream) });
    expect(await openDevice('screen')).toEqual({ ok: false, problem: 'not_whole_screen' });
    expect(track.stop).toHaveBeenCalled();
  });

  it.each([{ displaySurface: 'monitor' }, {}])('is taken as %o', async (settings) => {
    browserWith({ getDisplayMedia: () => Promise.resolve(streamOf(settings).stream) });
    expect(await openDevice('screen')).toMatchObject({ ok: true });
  });

  it('is unsupported where the browser has none', async () => {
    browserWith({});
    expect(await openDevice('screen')).toEqual({ ok: false, problem: 'unsupported' });
  });
});

describe('chosen camera', () => {
  const chosen = (asked: MediaStreamConstraints) => (asked.video as MediaTrackConstraints).deviceId;

  it('is asked for by its id', async () => {
    const asked: unknown[] = [];
    browserWith({
      getUserMedia: (constraints) => {
        asked.push(chosen(constraints));
        return Promise.resolve(streamOf().stream);
      },
    });
    expect(await openDevice('camera', 'front')).toMatchObject({ ok: true });
    expect(asked).toEqual([{ exact: 'front' }]);
  });

  it('gives way to any other when it was unplugged', async () => {
    browserWith({
      getUserMedia: (constraints) =>
        chosen(constraints) === undefined
          ? Promise.resolve(streamOf().stream)
          : refusal('OverconstrainedError'),
    });
    expect(await openDevice('camera', 'gone')).toMatchObject({ ok: true });
  });

  it('does not give way when it was refused', async () => {
    browserWith({
      getUserMedia: (constraints) =>
        chosen(constraints) === undefined ? Promise.resolve(streamOf().stream) : refusal('NotAllowedError'),
    });
    expect(await openDevice('camera', 'front')).toEqual({ ok: false, problem: 'denied' });
  });
});

describe('list of devices', () => {
  it('names those of a kind, each once, and none before the browser tells their names', async () => {
    browserWith({
      enumerateDevices: () =>
        Promise.resolve([
          { kind: 'audioinput', deviceId: 'default', label: 'Default - Headset' },
          { kind: 'audioinput', deviceId: 'a', label: 'Headset' },
          { kind: 'audioinput', deviceId: '', label: '' },
          { kind: 'audiooutput', deviceId: 'b', label: 'Speakers' },
          { kind: 'videoinput', deviceId: 'c', label: 'Webcam' },
        ]),
    });
    expect(await listInputs('microphone')).toEqual([{ id: 'a', name: 'Headset' }]);
    expect(await listInputs('camera')).toEqual([{ id: 'c', name: 'Webcam' }]);
  });
});
