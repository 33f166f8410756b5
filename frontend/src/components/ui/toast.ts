import { UNSTABLE_ToastQueue as ToastQueue } from 'react-aria-components';

export interface ToastContent {
  text: string;
  tone: 'info' | 'ok' | 'high';
  undo?: () => void;
}

export const toasts = new ToastQueue<ToastContent>({ maxVisibleToasts: 4 });

/** Say that something was done; with `undo` it offers to take it back. */
export function toast(text: string, undo?: () => void): void {
  toasts.add({ text, tone: 'ok', ...(undo === undefined ? {} : { undo }) }, { timeout: 8_000 });
}

/** Say that something did not work, in the server's words; stays until closed. */
export function toastProblem(error: unknown): void {
  const text = error instanceof Error ? error.message : 'That did not work. Try it again.';
  toasts.add({ text, tone: 'high' });
}
