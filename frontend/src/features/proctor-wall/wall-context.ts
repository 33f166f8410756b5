import { createContext, use } from 'react';
import { useStore } from 'zustand';
import { createStore, type StoreApi } from 'zustand/vanilla';
import type { LiveSocket, LiveState } from '@/api/live-socket';
import type { Filter } from './need';

type TileSize = 's' | 'm' | 'l';

export type WallDialog =
  | {
      readonly is: 'warn' | 'message' | 'end' | 'time' | 'pause' | 'mute' | 'take_out';
      readonly attemptId: string;
    }
  | { readonly is: 'message_all' | 'time_all' | 'keys' };

/** What this proctor looks at; nothing of it is the server's business. */
export interface WallView {
  readonly focused: string | null;
  readonly opened: string | null;
  readonly filter: Filter;
  readonly search: string;
  readonly size: TileSize;
  readonly dialog: WallDialog | null;
  readonly sound: boolean;
  /** The shown order waits for pointer and focus to leave. */
  readonly held: boolean;
  readonly behind: boolean;
  readonly order: readonly string[];
  /** Narrow screens show one of the two. */
  readonly tab: 'wall' | 'alerts';
}

export const createView = (): StoreApi<WallView> =>
  createStore<WallView>(() => ({
    focused: null,
    opened: null,
    filter: 'all',
    search: '',
    size: 'm',
    dialog: null,
    sound: false,
    held: false,
    behind: false,
    order: [],
    tab: 'wall',
  }));

export interface Wall {
  readonly examId: string;
  readonly socket: LiveSocket;
  readonly view: StoreApi<WallView>;
  readonly mayAct: boolean;
}

export const WallContext = createContext<Wall | null>(null);

export function useWall(): Wall {
  const wall = use(WallContext);
  if (wall === null) throw new Error('useWall outside of a WallPage');
  return wall;
}

/** A piece of the live state; the component draws again only when that piece changes. */
export function useLive<Piece>(select: (state: LiveState) => Piece): Piece {
  return useStore(useWall().socket.store, select);
}

export function useView<Piece>(select: (view: WallView) => Piece): Piece {
  return useStore(useWall().view, select);
}
