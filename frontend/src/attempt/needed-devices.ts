import type { Room } from '@/attempt/attempt-api';
import type { DeviceKind } from '@/media/devices';

/** What this exam's policy asks of the candidate, in the order it is asked. */
export function neededDevices(room: Pick<Room, 'require_microphone' | 'require_screen'>): DeviceKind[] {
  return [
    'camera',
    ...(room.require_microphone ? (['microphone'] as const) : []),
    ...(room.require_screen ? (['screen'] as const) : []),
  ];
}
