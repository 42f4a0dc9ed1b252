import { type Level, type RotationPlace } from "@/host/bindings";

const levelWords: Record<Level, string> = { user: "Personal", workspace: "Workspace", organization: "Organization" };

/** What tells a place from others. */
export function placeKey(place: RotationPlace): string {
  return [place.connector, place.accountId, JSON.stringify(place.place)].join("|");
}

/** What of a connector or an account holds the secret. */
export function placeWords({ place, accountId }: RotationPlace): string {
  switch (place?.kind) {
    case "creation":
      return "Set at creation";
    case "settings":
      return "Connector settings";
    case "credential":
      return [`${levelWords[place.level]} credential`, place.name].filter(Boolean).join(" · ");
    case undefined:
      return accountId ? "Account sign-in" : "Reads from wallet";
  }
}

/** Whether the platform has to be given the new secret; other places read the wallet at each use. */
export function isPushed(place: RotationPlace): boolean {
  return place.place !== null;
}
