import { type RotationTarget } from "@/host/bindings";

/** A secret that a connector reads, an account signs in with, and two platforms were given. */
export function manyTargets(): RotationTarget[] {
  const target = { accountId: null, holder: null, problem: null };
  return [
    { ...target, title: "Stripe", account: "This computer", connector: "con_stripe" },
    {
      ...target,
      title: "Mistral · Northlight",
      account: "Mistral · Northlight",
      connector: null,
      accountId: "acc_mistral",
    },
    {
      ...target,
      title: "Billing",
      account: "Mistral · Northlight",
      connector: "con_billing",
      holder: { kind: "credential", level: "organization", name: "default" },
    },
    {
      ...target,
      title: "Payments search",
      account: "Cohere · Northlight",
      connector: "con_payments",
      holder: { kind: "creation" },
    },
  ];
}
