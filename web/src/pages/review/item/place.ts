// What people call the place where a response stands: beside each other, or below each other on a phone.
import { useMediaQuery } from "@mantine/hooks";

/** Names of the places of `of` responses; the style sheet stacks them at the same width. */
export function usePlaces(of: number): string[] {
  const stacked = useMediaQuery("(max-width: 820px)", false, { getInitialValueInEffect: false });
  if (of === 2) return stacked ? ["Upper", "Lower"] : ["Left", "Right"];
  return Array.from({ length: of }, (_, at) => `Response ${at + 1}`);
}
