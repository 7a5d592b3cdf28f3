// The rooms of the house, in the order of the day.
import { Blocks, ChartNoAxesColumn, MessageSquareText, Plug, ScrollText, Settings2, SquareCheckBig, type LucideIcon } from "lucide-react";

export interface Room {
  to: "/" | "/logs" | "/review" | "/feedback" | "/deployments" | "/connect" | "/settings";
  name: string;
  icon: LucideIcon;
  /** After `g`. */
  key: string;
}

export const ROOMS: Room[] = [
  { to: "/", name: "Playground", icon: MessageSquareText, key: "p" },
  { to: "/logs", name: "Logs", icon: ScrollText, key: "l" },
  { to: "/review", name: "Review", icon: SquareCheckBig, key: "r" },
  { to: "/feedback", name: "Feedback", icon: ChartNoAxesColumn, key: "f" },
  { to: "/deployments", name: "Deployments", icon: Blocks, key: "d" },
  { to: "/connect", name: "Connect", icon: Plug, key: "c" },
  { to: "/settings", name: "Settings", icon: Settings2, key: "s" },
];
