import { useLayoutEffect } from 'react';
import { create } from 'zustand';

type Theme = 'light' | 'dark';
const KEY = 'examhall.theme';

const stored = (): Theme | null => {
  const value = window.localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : null;
};

const useChosen = create<{ chosen: Theme | null }>(() => ({ chosen: stored() }));

/**
 * The theme of a staff page: what the person chose, else what the page prefers, else what the system prefers.
 * The wall prefers dark: it is looked at for hours beside bright pictures.
 */
export function useTheme(preferred?: Theme): { theme: Theme; toggle: () => void } {
  const { chosen } = useChosen();
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = chosen ?? preferred ?? system;
  useLayoutEffect(() => {
    document.documentElement.dataset.theme = theme;
    return () => {
      delete document.documentElement.dataset.theme;
    };
  }, [theme]);
  return {
    theme,
    toggle: () => {
      const next = theme === 'dark' ? 'light' : 'dark';
      window.localStorage.setItem(KEY, next);
      useChosen.setState({ chosen: next });
    },
  };
}
