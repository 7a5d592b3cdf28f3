// How far something is scrolled, as a share, so that texts of different length move together.
type Box = Pick<HTMLElement, "scrollTop" | "scrollHeight" | "clientHeight">;

const room = ({ scrollHeight, clientHeight }: Box): number => Math.max(0, scrollHeight - clientHeight);

export const shareOf = (box: Box): number => (room(box) === 0 ? 0 : box.scrollTop / room(box));
export const targetOf = (box: Box, share: number): number => Math.round(room(box) * share);
