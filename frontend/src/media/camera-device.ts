import type { Device } from '@/api/generated/socket';

const MOST_CONTROLS = 64;
const LONGEST_LABEL = 300;

/** What the browser says of the camera that it opened: programs that play a camera have few controls. */
export function describeCamera(track: MediaStreamTrack): Device {
  const { width, height, frameRate } = track.getSettings();
  // Missing in older browsers, whatever the types say.
  const capabilities = (track as Partial<MediaStreamTrack>).getCapabilities?.call(track) ?? {};
  return {
    label: track.label.slice(0, LONGEST_LABEL),
    width: width ?? null,
    height: height ?? null,
    frame_rate: frameRate ?? null,
    controls: Object.keys(capabilities)
      .filter((name) => name.length <= 64)
      .slice(0, MOST_CONTROLS),
  };
}
