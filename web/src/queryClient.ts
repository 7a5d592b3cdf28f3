// The cache of what the server said; a session that ended leads to the sign-in page.
import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { Problem } from "./api/problem";

/** Pages for people who are not signed in: they say themselves what a 401 means. */
const OPEN = ["/signin", "/invite"];

function signInWhenSignedOut(error: unknown) {
  const { pathname, search } = window.location;
  if (!(error instanceof Problem) || error.status !== 401 || OPEN.includes(pathname)) return;
  window.location.assign(`/signin?next=${encodeURIComponent(pathname + search)}`);
}

const askAgain = (failures: number, error: unknown) =>
  failures < 2 && error instanceof Problem && (error.status === 0 || error.status === 503);

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: signInWhenSignedOut }),
  mutationCache: new MutationCache({
    // A save must never take a reviewer away from what they typed: the page shows the 401.
    onError: (error, _variables, _result, mutation) => {
      if (!mutation.meta?.keepsDraft) signInWhenSignedOut(error);
    },
  }),
  // The server may be on this very machine: whether the browser thinks it is online says nothing.
  defaultOptions: {
    queries: { retry: askAgain, refetchOnWindowFocus: true, networkMode: "always" },
    mutations: { retry: false, networkMode: "always" },
  },
});
