import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SayAgain } from '@/attempt/say-again';

function setUp() {
  const say = vi.fn();
  const resend = vi.fn(() => Promise.resolve());
  return { say, resend, again: new SayAgain({ resend }, { sayAgain: say }, () => 0) };
}

describe('what the server could not keep', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is said again a moment later, once for many refusals, for as long as they come', () => {
    const { say, resend, again } = setUp();
    again.refused('storage_unavailable');
    again.refused('storage_unavailable');
    vi.advanceTimersByTime(1_999);
    expect(say).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(say).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(60_000);
    expect(say).toHaveBeenCalledTimes(1);
    again.refused('storage_full');
    vi.advanceTimersByTime(2_000);
    expect(say).toHaveBeenCalledTimes(2);
    expect(resend).toHaveBeenCalledTimes(2);
  });

  it('is not said again where the answer would be the same, nor after the page has gone', () => {
    const { say, again } = setUp();
    again.refused('frame_not_expected');
    again.refused('storage_unavailable');
    again.stop();
    vi.advanceTimersByTime(60_000);
    expect(say).not.toHaveBeenCalled();
  });
});
