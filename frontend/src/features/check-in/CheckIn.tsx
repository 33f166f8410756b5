import { useState } from 'react';
import { useAttempt } from '@/attempt/AttemptContext';
import { CameraCheck } from './CameraCheck';
import { Devices } from './Devices';

/** Between consent and waiting: the devices, then what can be seen and heard with them. */
export function CheckIn() {
  const checks = useAttempt((view) => view.room.camera_check);
  const [devicesChecked, setDevicesChecked] = useState(false);
  if (checks && devicesChecked) {
    return <CameraCheck />;
  }
  return (
    <Devices
      {...(checks && {
        onNext: () => {
          setDevicesChecked(true);
        },
      })}
    />
  );
}
