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
    // The web views of current systems: WebKitGTK 2.42, WKWebView of macOS 11 with Safari 15, WebView2.
    target: ["safari15", "chrome105"],
    cssTarget: ["safari15", "chrome105"],
    sourcemap: false,
    // The files are local; editor and forms are chunks of their own.
    chunkSizeWarningLimit: 900,
  },
});
