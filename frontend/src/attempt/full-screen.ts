/** Asks for full screen; needs the click it is called from. A browser that refuses goes on without. */
export async function enterFullScreen(): Promise<void> {
  const page = document.documentElement as Partial<HTMLElement>;
  if (document.fullscreenElement !== null || page.requestFullscreen === undefined) {
    return;
  }
  try {
    await document.documentElement.requestFullscreen();
  } catch {
    // The page says that full screen is off and offers it again.
  }
}
