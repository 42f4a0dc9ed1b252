import { type RotationPlace } from "@/host/bindings";

/** A secret that a connector reads, an account signs in with, and two platforms were given. */
export function manyPlaces(): RotationPlace[] {
  const place = { accountId: null, place: null, problem: null };
  return [
    { ...place, title: "Stripe", account: "This computer", connector: "con_stripe" },
    {
      ...place,
      title: "Mistral · Northlight",
      account: "Mistral · Northlight",
      connector: null,
      accountId: "acc_mistral",
    },
    {
      ...place,
      title: "Billing",
      account: "Mistral · Northlight",
      connector: "con_billing",
      place: { kind: "credential", level: "organization", name: "default" },
    },
    {
      ...place,
      title: "Payments search",
      account: "Cohere · Northlight",
      connector: "con_payments",
      place: { kind: "creation" },
    },
  ];
}
