import { type Transport } from "@/host/bindings";

export const transportLabels: Record<Transport, string> = {
  streamable_http: "HTTP",
  stdio: "Local command",
  sse: "HTTP + SSE (deprecated)",
};
