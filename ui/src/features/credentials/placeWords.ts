import { type Level, type RotationPlace } from "@/host/bindings";

const levelWords: Record<Level, string> = { user: "user", workspace: "workspace", organization: "organization" };

/** What tells a place from others. */
export function placeKey(place: RotationPlace): string {
  return [place.connector, place.accountId, JSON.stringify(place.place)].join("|");
}

/** What of a connector or an account holds the secret. */
export function placeWords({ place, accountId }: RotationPlace): string {
  switch (place?.kind) {
    case "creation":
      return "Given when it was created";
    case "settings":
      return "In its settings";
    case "credential":
      return [`Credential at ${levelWords[place.level]} level`, place.name].filter(Boolean).join(" · ");
    case undefined:
      return accountId ? "Signs the account in" : "Reads the wallet at each use";
  }
}

/** Whether the platform has to be given the new secret; other places read the wallet at each use. */
export function isPushed(place: RotationPlace): boolean {
  return place.place !== null;
}
