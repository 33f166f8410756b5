import { describe, expect, it } from 'vitest';
import type { Evidence } from '@/api/types';
import { incident } from '@/test/monitor-fixtures';
import { newestKept } from './LastPicture';

const picture = (captured_at: number, given: Partial<Evidence> = {}): Evidence => ({
  id: String(captured_at),
  kind: 'camera',
  captured_at,
  url: `/api/v1/evidence/${captured_at}`,
  note: '',
  ...given,
});

describe('the picture of somebody who left before the page opened', () => {
  it('is the newest one of the camera that is still kept', () => {
    const incidents = [
      incident({ evidence: [picture(10), picture(40, { kind: 'screen' })] }),
      incident({ evidence: [picture(30), picture(50, { url: null })] }),
      incident({ evidence: [picture(20)] }),
    ];
    expect(newestKept(incidents)).toEqual({ url: '/api/v1/evidence/30', capturedAt: 30 });
  });

  it('is none without evidence', () => {
    expect(newestKept([incident()])).toBeNull();
  });
});
