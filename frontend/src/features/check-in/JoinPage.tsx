import { useEffect, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { ApiProblem } from '@/api/client';
import { getRoom, join } from '@/attempt/attempt-api';
import { StepPage } from '@/attempt/StepPage';
import { Button } from '@/components/ui/Button';

interface Trouble {
  title: string;
  words: string;
  retry: boolean;
}

/** Takes the token out of the address and exchanges it for the attempt's cookie. */
export function Component() {
  const navigate = useNavigate();
  const [trouble, setTrouble] = useState<Trouble | null>(null);
  const [attempts, setAttempts] = useState(0);
  const token = useRef(window.location.hash.slice(1));

  useEffect(() => {
    let gone = false;
    enter(token.current).then(
      (attemptId) => {
        if (!gone) void navigate(`/exam/${attemptId}`, { replace: true });
      },
      (error: unknown) => {
        if (!gone) setTrouble(troubleOf(error));
      },
    );
    return () => {
      gone = true;
    };
  }, [attempts, navigate]);

  if (trouble === null) {
    return <StepPage title="Opening your exam" lead={<p role="status">One moment.</p>} />;
  }
  return (
    <StepPage
      title={trouble.title}
      lead={<p>{trouble.words}</p>}
      actions={
        trouble.retry && (
          <Button
            variant="primary"
            size="large"
            onPress={() => {
              setTrouble(null);
              setAttempts(attempts + 1);
            }}
          >
            Try again
          </Button>
        )
      }
    />
  );
}

async function enter(token: string): Promise<string> {
  if (token === '') {
    throw new ApiProblem(0, 'link_incomplete', '', new Map());
  }
  try {
    return await join(token);
  } catch (error) {
    if (error instanceof ApiProblem && error.code === 'attempt_over') {
      const attemptId = attemptOf(token);
      // This browser sat it: there may be something left to send.
      if (attemptId !== null && (await stillLetIn(attemptId))) return attemptId;
    }
    throw error;
  }
}

async function stillLetIn(attemptId: string): Promise<boolean> {
  try {
    await getRoom(attemptId);
    return true;
  } catch {
    return false;
  }
}

/** A token names its attempt in its second part; the server alone says what that is worth. */
function attemptOf(token: string): string | null {
  try {
    const [, body = ''] = token.split('.');
    return atob(body.replace(/-/g, '+').replace(/_/g, '/')).split(':')[1] ?? null;
  } catch {
    return null;
  }
}

const ASK = 'Ask the people who sent you the link.';

const TROUBLES = {
  link_incomplete: {
    title: 'This link is not complete',
    words: 'Copy the whole link from your invitation, to its very last character, and open it again.',
    retry: false,
  },
  link_altered: {
    title: 'This link is not right',
    words:
      'A part of it was changed or is missing. Copy the whole link from your invitation and open it again.',
    retry: false,
  },
  link_foreign: {
    title: 'This link is for another place',
    words: `It was not made for this exam on this server. Check that you opened the right invitation. ${ASK}`,
    retry: false,
  },
  link_revoked: {
    title: 'This link no longer works',
    words: `It was withdrawn, most likely because you were sent a newer one. Use the newest link. ${ASK}`,
    retry: false,
  },
  link_expired: {
    title: 'This link has expired',
    words: `The time for this exam is over. ${ASK}`,
    retry: false,
  },
  attempt_over: {
    title: 'This exam is over',
    words: `Your exam has ended, so its link opens nothing any more. You can close this page.`,
    retry: false,
  },
} satisfies Record<string, Trouble>;

/** By the stable code; what has none of these codes may pass by itself, so it can be tried again. */
export function troubleOf(error: unknown): Trouble {
  if (!(error instanceof ApiProblem)) {
    return {
      title: 'This did not work',
      words: 'Something went wrong on this page. Try again.',
      retry: true,
    };
  }
  const known = (TROUBLES as Partial<Record<string, Trouble>>)[error.code];
  if (known !== undefined) {
    return known;
  }
  // A token that is no token at all is refused by its form, before anybody looks at what it says.
  if (error.status === 422) {
    return TROUBLES.link_altered;
  }
  return { title: 'This did not work', words: error.message, retry: true };
}
