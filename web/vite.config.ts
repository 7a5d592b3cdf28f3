// Builds the web UI into dist/, serves it in development in front of a running `vouch serve`.
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const server = process.env.VOUCH_SERVER ?? "http://127.0.0.1:7700";
const proxied = ["/api", "/v1", "/v2", "/widget.js", "/openapi.json", "/healthz"];

export default defineConfig({
  plugins: [react()],
  resolve: { alias: { "~": fileURLToPath(new URL("./src", import.meta.url)) } },
  server: {
    port: 5173,
    // The server refuses unsafe calls whose Origin is not its own.
    proxy: Object.fromEntries(proxied.map((path) => [path, { target: server, headers: { origin: server } }])),
  },
  build: {
    target: "es2022",
    // The CSP refuses inline scripts and data: fonts; keep every asset a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 600,
    rolldownOptions: {
      output: {
        codeSplitting: {
          groups: [
            { name: "react", test: /node_modules[\\/](react|react-dom|scheduler)[\\/]/, priority: 3 },
            { name: "tanstack", test: /node_modules[\\/]@tanstack[\\/]/, priority: 2 },
            // What several pages share travels together: few requests instead of fifty. But no
            // styles: a page's would come before those that it builds upon.
            // And nothing that only one room needs: it comes with that room.
            { name: "shared", test: /^(?!.*[\\/]pages[\\/]review[\\/]).*\.[jt]sx?$/, minShareCount: 3, priority: 1 },
          ],
        },
      },
    },
  },
  test: { include: ["src/**/*.test.ts", "src/**/*.test.tsx", "widget/**/*.test.ts"] },
});
