import { render, screen, waitFor } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { VideoMiddleware } from '@cloudflare/realtimekit';
import { meetingRoutes } from './routes';

type Draw = (canvas: HTMLCanvasElement, ctx: CanvasRenderingContext2D) => Promise<void>;

/** The kit's meeting, as far as the page uses it. */
const kit = vi.hoisted(() => ({
  given: [] as unknown[],
  middlewares: [] as unknown[],
  added: 0,
  notices: [] as { id: string; message: string }[],
  fails: false,
}));

vi.mock('@cloudflare/realtimekit-react', async () => {
  const { useState } = await import('react');
  const meeting = {
    self: {
      id: 'peer-1',
      addVideoMiddleware: (one: unknown) => {
        kit.added += 1;
        kit.middlewares.push(one);
        return Promise.resolve({ success: true, message: '' });
      },
      removeVideoMiddleware: (one: unknown) => {
        kit.middlewares.splice(kit.middlewares.indexOf(one), 1);
        return Promise.resolve({ success: true, message: '' });
      },
    },
  };
  return {
    useRealtimeKitClient: () => {
      const [made, setMade] = useState<typeof meeting>();
      const init = (options: unknown) => {
        kit.given.push(options);
        if (kit.fails) return Promise.reject(new Error('wrong token'));
        setMade(meeting);
        return Promise.resolve(meeting);
      };
      return [made, init];
    },
  };
});
vi.mock('@cloudflare/realtimekit-react-ui', () => ({
  RtkMeeting: ({ meeting }: { meeting?: unknown }) =>
    meeting === undefined ? null : <p>The whole meeting</p>,
  sendNotification: (notice: { id: string; message: string }) => kit.notices.push(notice),
}));

const alerted = vi.fn();
let several = false;
const sent: { base64_img: string; participant_id: string }[] = [];

beforeEach(() => {
  Object.assign(kit, { given: [], middlewares: [], added: 0, notices: [], fails: false });
  several = false;
  sent.length = 0;
  vi.stubGlobal('alert', alerted);
  alerted.mockClear();
  vi.stubGlobal('fetch', async (asked: Request | string, init?: RequestInit) => {
    if (asked instanceof Request) return Response.json({ detect_every_s: 30 });
    expect(asked).toBe('/detect_faces/');
    sent.push(JSON.parse(init?.body as string) as (typeof sent)[0]);
    return Promise.resolve(Response.json({ id: 'peer-1', multiple_detected: several, faces: 2 }));
  });
});
afterEach(() => {
  vi.useRealTimers();
});

const routes = [{ hydrateFallbackElement: <p>Loading</p>, children: meetingRoutes }];

function open(address: string) {
  return render(<RouterProvider router={createMemoryRouter(routes, { initialEntries: [address] })} />);
}

/** What the kit does for each picture of the camera. */
async function drawing(): Promise<() => Promise<void>> {
  await waitFor(() => {
    expect(kit.middlewares).toHaveLength(1);
  });
  const draw = (await (kit.middlewares[0] as VideoMiddleware)({} as never)) as Draw;
  const canvas = { toDataURL: () => 'data:image/jpeg;base64,AAAA' } as unknown as HTMLCanvasElement;
  return () => draw(canvas, {} as CanvasRenderingContext2D);
}

describe('the tutorial page', () => {
  it('alerts when no token was given, and joins nothing', async () => {
    open('/meeting?roomName=room');
    expect(await screen.findByRole('heading', { name: 'No meeting' })).toBeVisible();
    expect(alerted).toHaveBeenCalledOnce();
    expect(kit.given).toEqual([]);
  });

  it('joins with the token, ignores the room, and adds its middleware once', async () => {
    const { unmount } = open('/meeting?authToken=abc&roomName=room');
    expect(await screen.findByText('The whole meeting')).toBeVisible();
    expect(kit.given).toEqual([{ authToken: 'abc', defaults: { audio: true, video: true } }]);
    await waitFor(() => {
      expect(kit.middlewares).toHaveLength(1);
    });
    expect(kit.added).toBe(1);
    expect(alerted).not.toHaveBeenCalled();

    unmount();
    await waitFor(() => {
      expect(kit.middlewares).toHaveLength(0);
    });
    expect(kit.added).toBe(1);
  });

  it('sends one picture every 30 seconds, and tells only of more than one face', async () => {
    open('/meeting?authToken=abc');
    const frame = await drawing();
    const now = vi.spyOn(performance, 'now');
    now.mockReturnValue(0);
    await frame();
    now.mockReturnValue(29_900);
    await frame();
    expect(sent).toEqual([{ base64_img: 'data:image/jpeg;base64,AAAA', participant_id: 'peer-1' }]);
    expect(kit.notices).toEqual([]);

    several = true;
    await waitFor(async () => {
      now.mockReturnValue(30_000);
      await frame();
      expect(sent).toHaveLength(2);
    });
    await waitFor(() => {
      expect(kit.notices.map(({ message }) => message)).toEqual(['Multiple faces detected!']);
    });
  });

  it('says that the meeting could not be joined', async () => {
    kit.fails = true;
    open('/meeting?authToken=old');
    expect(await screen.findByRole('alert')).toHaveTextContent('could not be joined');
  });
});
