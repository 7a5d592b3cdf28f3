// The token behind `#` of a link, taken out of the address at once so that no one copies it along.
import { useEffect, useState } from "react";

export function useLinkToken(): string {
  const [token] = useState(() => window.location.hash.slice(1));
  useEffect(() => {
    if (token) window.history.replaceState(window.history.state, "", window.location.pathname + window.location.search);
  }, [token]);
  return token;
}
