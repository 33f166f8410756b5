import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { createStore } from 'zustand/vanilla';
import { api, ask } from '@/api/client';

/** True once the server said 401: every staff page then leads to the login and back. */
export const signedOut = createStore(() => ({ signedOut: false }));

api.use({
  onResponse: ({ response, request }) => {
    const loggingIn =
      request.method === 'POST' && new URL(request.url).pathname.startsWith('/api/v1/session');
    if (response.status === 401 && !loggingIn) signedOut.setState({ signedOut: true });
  },
});

const meQuery = {
  queryKey: ['me'],
  queryFn: () => ask(api.GET('/api/v1/session')),
  staleTime: 60_000,
  retry: false,
};

export const useMe = () => useQuery(meQuery);

/** Call after any way of logging in: whoever was here before, their data goes. */
export function useSignedIn() {
  const queries = useQueryClient();
  return () => {
    queries.clear();
    signedOut.setState({ signedOut: false });
  };
}

export function useLogOut() {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: () => ask(api.DELETE('/api/v1/session')),
    onSuccess: () => {
      queries.clear();
      signedOut.setState({ signedOut: true });
    },
  });
}
