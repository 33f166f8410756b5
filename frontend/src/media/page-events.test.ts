import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { PageWatch, watchPage } from '@/media/page-events';

const everything = { focus: true, fullscreen: true, clipboard: true, screens: false };
let stop = (): void => undefined;
let focused = true;

function watch(options = everything): string[] {
  const seen: string[] = [];
  stop = watchPage(options, (kind) => seen.push(kind));
  return seen;
}

describe('watchPage', () => {
  beforeEach(() => {
    vi.useFakeTimers();
    focused = true;
    vi.spyOn(document, 'hasFocus').mockImplementation(() => focused);
  });
  afterEach(() => {
    stop();
    vi.useRealTimers();
  });

  it('reports that something was copied, never what', () => {
    const seen = watch();
    for (const deed of ['copy', 'cut', 'paste'])
      document.body.dispatchEvent(new Event(deed, { bubbles: true }));
    expect(seen).toEqual(['clipboard_copy', 'clipboard_cut', 'clipboard_paste']);
  });

  it('does not take a click into the frame of the exam for leaving', () => {
    const seen = watch();
    window.dispatchEvent(new Event('blur')); // the document, frames included, keeps the focus
    expect(seen).toEqual([]);
  });

  it('reports losing the focus once, and its return', () => {
    const seen = watch();
    focused = false;
    window.dispatchEvent(new Event('blur'));
    vi.advanceTimersByTime(3_000);
    focused = true;
    window.dispatchEvent(new Event('focus'));
    expect(seen).toEqual(['window_blurred', 'window_focused']);
  });

  it('notices another window taking the focus from the frame, which tells the page nothing', () => {
    const seen = watch();
    focused = false;
    vi.advanceTimersByTime(1_000);
    expect(seen).toEqual(['window_blurred']);
  });

  it('reports the tab being hidden and shown', () => {
    const seen = watch();
    const state = vi.spyOn(document, 'visibilityState', 'get');
    state.mockReturnValue('hidden');
    document.dispatchEvent(new Event('visibilitychange'));
    state.mockReturnValue('visible');
    document.dispatchEvent(new Event('visibilitychange'));
    expect(seen).toEqual(['tab_hidden', 'tab_visible']);
  });

  it('is silent about what the policy does not watch, and after it is stopped', () => {
    const seen = watch({ focus: false, fullscreen: false, clipboard: true, screens: false });
    document.dispatchEvent(new Event('visibilitychange'));
    document.dispatchEvent(new Event('fullscreenchange'));
    stop();
    document.dispatchEvent(new Event('copy'));
    expect(seen).toEqual([]);
  });

  it('says how things stand when it begins, and begins once', () => {
    const seen: string[] = [];
    const page = new PageWatch((kind) => seen.push(kind));
    focused = false;
    // jsdom knows no full screen.
    Object.assign(document, { fullscreenEnabled: true, fullscreenElement: null });
    page.watch(everything);
    page.watch(everything);
    expect(seen).toEqual(['tab_visible', 'window_blurred', 'fullscreen_left']);

    page.watch(null);
    document.dispatchEvent(new Event('copy'));
    expect(seen).toHaveLength(3);
  });
});
