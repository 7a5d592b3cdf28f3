// What could come next in a filter that is being typed, asked of the server a moment after a key.
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { completeFilter, type Completion } from "~/api/filter";
import { toChars, type Typed } from "./typed";

/** Quick typing asks once. */
const WAIT_MS = 90;

/** The completion for exactly this text and cursor; undefined while it is on its way. */
export function useCompletion({ text, cursor }: Typed, open: boolean): Completion | undefined {
  const chars = toChars(text, cursor);
  const [asked] = useDebouncedValue(`${chars} ${text}`, WAIT_MS, { leading: true });
  const { data } = useQuery({
    queryKey: ["complete", asked],
    queryFn: async ({ signal }) => {
      const space = asked.indexOf(" ");
      const found = await completeFilter(asked.slice(space + 1), Number(asked.slice(0, space)), signal);
      return { asked, found };
    },
    enabled: open,
    staleTime: 15_000,
    retry: false,
    placeholderData: keepPreviousData,
  });
  // An older answer would put its text in the wrong place.
  return data?.asked === `${chars} ${text}` ? data.found : undefined;
}
