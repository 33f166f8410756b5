import { beforeEach, describe, expect, it, vi } from 'vitest';
import { createStore } from 'zustand/vanilla';
import type { AttemptStore, AttemptView } from '@/attempt/attempt-store';
import { DeviceKeeper } from '@/attempt/device-keeper';

class Track extends EventTarget {
  label = 'Front';
  muted = false;
  readyState = 'live';
  stop = vi.fn();

  becomes(muted: boolean): void {
    this.muted = muted;
    this.dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }

  getSettings = () => ({});
}

async function withCamera() {
  const track = new Track();
  const asked: unknown[] = [];
  vi.stubGlobal('isSecureContext', true);
  vi.stubGlobal('navigator', {
    mediaDevices: {
      getUserMedia: (constraints: MediaStreamConstraints) => {
        asked.push((constraints.video as MediaTrackConstraints).deviceId);
        return Promise.resolve({ getTracks: () => [track] });
      },
    },
  });
  const off = { status: 'off' } as const;
  const store = createStore(() => ({
    devices: { camera: off, microphone: off, screen: off },
  })) as AttemptStore;
  const events: string[] = [];
  const cameras: string[] = [];
  const keeper = new DeviceKeeper(store, {
    event: (kind, device) => {
      events.push(kind);
      if (device !== undefined) cameras.push(`${kind} ${device.label}`);
    },
    changed: () => undefined,
  });
  await keeper.open('camera', 'front');
  const camera = (): AttemptView['devices']['camera'] => store.getState().devices.camera;
  return { track, asked, keeper, events, cameras, camera };
}

beforeEach(() => {
  localStorage.clear();
});

describe('device keeper', () => {
  it('tells when a camera falls silent and when it gives a picture again', async () => {
    const { track, events, camera } = await withCamera();
    expect(camera()).toMatchObject({ status: 'on', silent: false });
    track.becomes(true);
    expect(camera()).toMatchObject({ status: 'on', silent: true });
    track.becomes(false);
    expect(camera()).toMatchObject({ status: 'on', silent: false });
    expect(events).toEqual(['camera_started', 'camera_stopped', 'camera_started']);
  });

  it('describes the camera whenever it starts', async () => {
    const { track, cameras } = await withCamera();
    track.becomes(true);
    track.becomes(false);
    expect(cameras).toEqual(['camera_started Front', 'camera_started Front']);
  });

  it('tells once when it goes away', async () => {
    const { track, events, camera } = await withCamera();
    track.dispatchEvent(new Event('ended'));
    track.becomes(true);
    expect(camera()).toEqual({ status: 'stopped' });
    expect(events).toEqual(['camera_started', 'camera_stopped']);
  });

  it('asks for the device that was chosen last', async () => {
    const { asked, keeper } = await withCamera();
    await keeper.open('camera');
    expect(asked).toEqual([{ exact: 'front' }, { exact: 'front' }]);
  });
});
