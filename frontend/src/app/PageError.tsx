import { Notice } from '@/app/Notice';

/** What stays on screen when a page fails to load or to draw; the server keeps the attempt going. */
export function PageError() {
  return (
    <Notice title="This page stopped working">
      <p>Nothing you did is lost: your exam is kept on the server and by this browser. Reload to go on.</p>
      <p>
        <button
          type="button"
          onClick={() => {
            window.location.reload();
          }}
        >
          Reload this page
        </button>
      </p>
    </Notice>
  );
}
