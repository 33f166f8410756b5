import { useLayoutEffect } from 'react';

/** Candidate pages are roomy and follow the system's light or dark, also when it changes. */
export function useCandidateLook(): void {
  useLayoutEffect(() => {
    const root = document.documentElement;
    const dark = window.matchMedia('(prefers-color-scheme: dark)');
    const follow = () => {
      root.dataset.theme = dark.matches ? 'dark' : 'light';
    };
    follow();
    dark.addEventListener('change', follow);
    root.classList.add('roomy');
    return () => {
      dark.removeEventListener('change', follow);
      delete root.dataset.theme;
      root.classList.remove('roomy');
    };
  }, []);
}
