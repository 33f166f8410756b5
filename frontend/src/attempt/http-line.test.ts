import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiProblem } from '@/api/client';
import { HttpLine } from '@/attempt/http-line';

function setUp() {
  const told: string[] = [];
  const answers: ((error?: Error) => void)[] = [];
  const line = new HttpLine({
    turn: () => {
      told.push('turn');
      return new Promise((resolve, reject) => {
        answers.push((error) => {
          if (error === undefined) resolve();
          else reject(error);
        });
      });
    },
    answered: () => told.push('answered'),
    silent: () => told.push('silent'),
    secondDevice: () => told.push('second device'),
  });
  const answer = async (error?: Error) => {
    answers.shift()?.(error);
    await vi.advanceTimersByTimeAsync(0);
  };
  return { line, told, answer };
}

describe('HTTP line', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('goes round every two seconds after the answer, however slow that is', async () => {
    const { line, told, answer } = setUp();
    line.enter();
    line.enter();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['turn']);
    await answer();
    await vi.advanceTimersByTimeAsync(1_999);
    expect(told).toEqual(['turn', 'answered']);
    await vi.advanceTimersByTimeAsync(1);
    expect(told).toEqual(['turn', 'answered', 'turn']);
    await answer(new Error('no network'));
    expect(told.at(-1)).toBe('silent');
    await vi.advanceTimersByTimeAsync(2_000);
    expect(told.at(-1)).toBe('turn');
  });

  it('goes at once when something was said, but never twice at a time', async () => {
    const { line, told, answer } = setUp();
    line.soon();
    expect(told).toEqual([]);
    line.enter();
    line.soon();
    expect(told).toEqual(['turn']);
    await answer();
    line.soon();
    expect(told).toEqual(['turn', 'answered', 'turn']);
  });

  it('says nothing of an answer that comes once it was left', async () => {
    const { line, told, answer } = setUp();
    line.enter();
    line.leave();
    await answer();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['turn']);
    expect(line.on).toBe(false);
  });

  it('leaves when another page holds the attempt', async () => {
    const { line, told, answer } = setUp();
    line.enter();
    await answer(new ApiProblem(409, 'second_device', '', new Map()));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(told).toEqual(['turn', 'second device']);
  });
});
