import { type Platform, platforms } from "@/host/bindings";

/** What a platform calls itself. */
export function platformName(platform: Platform): string {
  return platforms[platform].title;
}
