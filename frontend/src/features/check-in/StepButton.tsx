import { useAttempt } from '@/attempt/AttemptContext';
import { Button, type ButtonProps } from '@/components/ui/Button';

/** Says something to the server about a step, which takes a line; the page says why there is none. */
export function StepButton(props: ButtonProps) {
  const up = useAttempt((view) => view.connection === 'open' || view.connection === 'limited');
  return <Button size="large" {...props} isDisabled={!up} />;
}
