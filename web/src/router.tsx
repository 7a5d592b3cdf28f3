// The pages and their addresses. Each page is a chunk of its own.
import { Outlet, createRootRoute, createRoute, createRouter, redirect } from "@tanstack/react-router";
import { Problem } from "./api/problem";
import { meQuery } from "./api/session";
import { filterFromSearch } from "./pages/logs/filter";
import { queryClient } from "./queryClient";
import { PageError } from "./shell/PageError";
import { PageMissing } from "./shell/PageMissing";
import { PagePending } from "./shell/PagePending";
import { ServerBanner } from "./shell/ServerBanner";
import { Shell } from "./shell/Shell";
import { page } from "./shell/page";
import { parseSearch, stringifySearch } from "./text/search";

type Search = Record<string, unknown>;
const texts = (search: Search, ...names: string[]): Record<string, string | undefined> =>
  Object.fromEntries(names.map((name) => [name, search[name] === undefined ? undefined : String(search[name])]));

const root = createRootRoute({
  component: () => (
    <>
      <ServerBanner />
      <Outlet />
    </>
  ),
  notFoundComponent: PageMissing,
});

const signin = createRoute({
  getParentRoute: () => root,
  path: "/signin",
  validateSearch: (search: Search): { next?: string } => {
    const next = search.next === undefined ? "" : String(search.next);
    // Only a path of our own: `//host` and `/\host` would lead elsewhere.
    return /^\/(?![/\\])/.test(next) ? { next } : {};
  },
  component: page(() => import("./pages/signin/SigninPage"), "SigninPage"),
});

const invite = createRoute({
  getParentRoute: () => root,
  path: "/invite",
  component: page(() => import("./pages/invite/InvitePage"), "InvitePage"),
});

const app = createRoute({
  getParentRoute: () => root,
  id: "app",
  component: Shell,
  beforeLoad: async ({ location }) => {
    try {
      await queryClient.ensureQueryData(meQuery);
    } catch (thrown) {
      if (thrown instanceof Problem && thrown.status === 401) {
        throw redirect({ to: "/signin", search: location.href === "/" ? {} : { next: location.href } });
      }
      throw thrown;
    }
  },
});

const playground = createRoute({
  getParentRoute: () => app,
  path: "/",
  validateSearch: (search: Search): { model?: string } => texts(search, "model"),
  component: page(() => import("./pages/playground/PlaygroundPage"), "PlaygroundPage"),
});

const logs = createRoute({
  getParentRoute: () => app,
  path: "/logs",
  validateSearch: filterFromSearch,
  component: page(() => import("./pages/logs/LogsPage"), "LogsPage"),
});

const log = createRoute({
  getParentRoute: () => app,
  path: "/logs/$id",
  // The filter of the list it was opened from, so that next and previous follow that list.
  validateSearch: filterFromSearch,
  component: page(() => import("./pages/log/LogPage"), "LogPage"),
});

const view = createRoute({
  getParentRoute: () => app,
  path: "/views/$id",
  component: page(() => import("./pages/logs/ViewPage"), "ViewPage"),
});

const conversation = createRoute({
  getParentRoute: () => app,
  path: "/conversations/$id",
  component: page(() => import("./pages/thread/ConversationPage"), "ConversationPage"),
});

const chain = createRoute({
  getParentRoute: () => app,
  path: "/chains/$id",
  component: page(() => import("./pages/thread/ChainPage"), "ChainPage"),
});

const feedback = createRoute({
  getParentRoute: () => app,
  path: "/feedback",
  validateSearch: (search: Search): { from?: string; to?: string; metric?: string; by?: string } =>
    texts(search, "from", "to", "metric", "by"),
  component: page(() => import("./pages/feedback/FeedbackPage"), "FeedbackPage"),
});

const review = createRoute({
  getParentRoute: () => app,
  path: "/review",
  component: page(() => import("./pages/review/ReviewPage"), "ReviewPage"),
});

const newQueue = createRoute({
  getParentRoute: () => app,
  path: "/review/new",
  component: page(() => import("./pages/review/edit/QueueEditPage"), "QueueEditPage"),
});

const queue = createRoute({
  getParentRoute: () => app,
  path: "/review/$id",
  validateSearch: (search: Search): { tab?: string; state?: string; q?: string } => texts(search, "tab", "state", "q"),
  component: page(() => import("./pages/review/queue/QueuePage"), "QueuePage"),
});

const queueWork = createRoute({
  getParentRoute: () => app,
  path: "/review/$id/work",
  component: page(() => import("./pages/review/focus/FocusPage"), "FocusPage"),
});

const queueBulk = createRoute({
  getParentRoute: () => app,
  path: "/review/$id/bulk",
  component: page(() => import("./pages/review/bulk/BulkPage"), "BulkPage"),
});

const queueConflicts = createRoute({
  getParentRoute: () => app,
  path: "/review/$id/conflicts",
  component: page(() => import("./pages/review/conflicts/ConflictsPage"), "ConflictsPage"),
});

const queueEdit = createRoute({
  getParentRoute: () => app,
  path: "/review/$id/edit",
  component: page(() => import("./pages/review/edit/QueueEditPage"), "QueueEditPage"),
});

const connect = createRoute({
  getParentRoute: () => app,
  path: "/connect",
  component: page(() => import("./pages/connect/ConnectPage"), "ConnectPage"),
});

const deployments = createRoute({
  getParentRoute: () => app,
  path: "/deployments",
  component: page(() => import("./pages/deployments/DeploymentsPage"), "DeploymentsPage"),
});

const newDeployment = createRoute({
  getParentRoute: () => app,
  path: "/deployments/new",
  component: page(() => import("./pages/deployments/NewDeploymentPage"), "NewDeploymentPage"),
});

const deployment = createRoute({
  getParentRoute: () => app,
  path: "/deployments/$key",
  validateSearch: (search: Search): { version?: string; compare?: string } => texts(search, "version", "compare"),
  component: page(() => import("./pages/deployments/DeploymentPage"), "DeploymentPage"),
});

const newVersion = createRoute({
  getParentRoute: () => app,
  path: "/deployments/$key/edit",
  validateSearch: (search: Search): { from?: string; replace?: string } => texts(search, "from", "replace"),
  component: page(() => import("./pages/deployments/VersionEditPage"), "VersionEditPage"),
});

const settings = createRoute({
  getParentRoute: () => app,
  path: "/settings",
  component: page(() => import("./pages/settings/SettingsPage"), "SettingsPage"),
});

const settingsPart = createRoute({
  getParentRoute: () => app,
  path: "/settings/$part",
  component: page(() => import("./pages/settings/SettingsPage"), "SettingsPage"),
});

export const router = createRouter({
  routeTree: root.addChildren([
    signin,
    invite,
    app.addChildren([
      playground, logs, log, view, conversation, chain, feedback, review, newQueue, queue, queueWork, queueBulk, queueConflicts, queueEdit, connect, deployments, newDeployment, deployment, newVersion, settings, settingsPart,
    ]),
  ]),
  parseSearch,
  stringifySearch,
  defaultPreload: "intent",
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageError,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
  interface HistoryState {
    /** How many logs ago the list was left, so that its link goes back to the same place in it. */
    logsDeep?: number;
  }
}
