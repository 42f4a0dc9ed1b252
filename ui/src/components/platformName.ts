import { type Platform, platforms } from "@/host/bindings";

export function platformName(platform: Platform): string {
  return platforms[platform].title;
}
