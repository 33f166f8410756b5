import { useEffect, useState } from 'react';
import { useAttemptSession } from '@/attempt/AttemptContext';
import { DEVICE_NAMES } from '@/attempt/device-words';
import { Select } from '@/components/ui/Select';
import { listInputs, type Input, type InputKind } from '@/media/devices';

/** Which camera or microphone, where there is more than one; follows what is plugged in and out. */
export function InputChoice({ kind, stream }: { kind: InputKind; stream: MediaStream }) {
  const session = useAttemptSession();
  const inputs = useInputs(kind);
  const current = stream.getTracks()[0]?.getSettings().deviceId ?? '';
  if (inputs.length < 2) {
    return null;
  }
  const known = inputs.some(({ id }) => id === current);
  return (
    <Select
      label={`Which ${DEVICE_NAMES[kind].toLowerCase()}`}
      value={known ? current : ''}
      options={[
        ...(known ? [] : [{ value: '', label: 'As the system chooses' }]),
        ...inputs.map(({ id, name }) => ({ value: id, label: name })),
      ]}
      onChange={(id) => {
        if (id !== '') void session.openDevice(kind, id);
      }}
    />
  );
}

function useInputs(kind: InputKind): Input[] {
  const [inputs, setInputs] = useState<Input[]>([]);
  useEffect(() => {
    const gone = new AbortController();
    const look = () => {
      listInputs(kind).then(
        (found) => {
          if (!gone.signal.aborted) setInputs(found);
        },
        () => undefined, // a browser that does not tell offers no choice
      );
    };
    look();
    navigator.mediaDevices.addEventListener('devicechange', look, { signal: gone.signal });
    return () => {
      gone.abort();
    };
  }, [kind]);
  return inputs;
}
