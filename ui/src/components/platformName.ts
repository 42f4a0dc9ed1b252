import { type Platform } from "@/host/bindings";

const names: Record<Platform, string> = {
  local: "This computer",
  mistral: "Mistral",
  cohere: "Cohere",
  agentstack: "Agent Stack",
  airbyte: "Airbyte",
  tenex: "10ex",
};

/** What a platform calls itself. */
export function platformName(platform: Platform): string {
  return names[platform];
}
