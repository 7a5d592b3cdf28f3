// A page's code, loaded when it is opened; and what it means when it does not come.
import { lazyRouteComponent } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { unreachable } from "~/api/problem";
import { probe } from "~/api/reach";

export const page = <Name extends string>(load: () => Promise<Record<Name, ComponentType>>, name: Name) =>
  lazyRouteComponent(async () => {
    try {
      return await load();
    } catch {
      if (!(await probe())) throw unreachable();
      // The server is there, with a newer build: by this message the router loads the page anew, once.
      throw new TypeError(`Failed to fetch dynamically imported module: ${name}`);
    }
  }, name);
