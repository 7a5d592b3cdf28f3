// Swapping what stands left and right, where the page allows it.
import { createContext, useContext } from "react";

export const SwapContext = createContext<(() => void) | undefined>(undefined);
export const useSwap = (): (() => void) | undefined => useContext(SwapContext);
