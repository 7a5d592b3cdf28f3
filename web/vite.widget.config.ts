// Builds the dependency-free web component into dist/widget.js, beside the web UI.
import { defineConfig } from "vite";

export default defineConfig({
  publicDir: false,
  build: {
    target: "es2020",
    outDir: "dist",
    emptyOutDir: false,
    lib: { entry: "widget/widget.ts", formats: ["es"], fileName: () => "widget.js" },
  },
});
