import { useMutation } from '@tanstack/react-query';
import { useAttemptSession } from '@/attempt/AttemptContext';

/** Everything is tried: the attempt waits or begins. */
export function useCheckInDone() {
  const session = useAttemptSession();
  return useMutation({
    mutationFn: () => session.checkInDone(),
    onSuccess: () => {
      session.devicesDone();
    },
  });
}
