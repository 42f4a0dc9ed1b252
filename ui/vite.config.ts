import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/** The window's page, for `tauri dev` and builds. */
export default defineConfig({
  // Makes all text inert where elements are created.
  plugins: [react({ jsxImportSource: "@/lib/inertJsx" })],
  resolve: { alias: { "@": fileURLToPath(new URL("./src", import.meta.url)) } },
  clearScreen: false,
  server: { port: 1420, strictPort: true },
  build: {
    // The web views of current systems: WebKitGTK 2.42, WKWebView of macOS 13.3 with Safari 16.4, WebView2. Only syntax
    // is lowered; the page needs `toSorted` and lookbehind in regular expressions, which older ones do not have.
    target: ["safari16.4", "chrome105"],
    cssTarget: ["safari16.4", "chrome105"],
    sourcemap: false,
    // The files are local; editor and forms are chunks of their own.
    chunkSizeWarningLimit: 900,
  },
});
