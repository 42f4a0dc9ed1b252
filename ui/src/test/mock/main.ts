import "@/styles/tokens.css";
import "@/styles/base.css";
import { start } from "@/app/start";
import { type AuthorizationState, type Preferences, type Problem, type StartAuthorization } from "@/host/bindings";
import { longHistory } from "../historySamples";
import { MockHost } from "../mockHost";
import { manyNeeds, manyToolChanges } from "../needSamples";
import { everyOutcome, testSearch, toolsWithForms, withOutcomes } from "../outcomeSamples";
import { manyTargets } from "../rotationSamples";
import {
  about,
  authorization,
  manyAccounts,
  manyConnectors,
  manyEntries,
  manyHosted,
  manyRuns,
  tool,
  vault,
  problem,
} from "../samples";

/**
 * The query chooses the appearance, `?theme=dark&contrast=more&density=compact&zoom=150&mac`; the host's data,
 * `host=hosted`, `host=long` (ten thousand runs), `host=runs` (one that ended in each way), `host=empty`,
 * `host=locked` or `host=no_keychain`; and how a sign-in that is started goes, `consent=denied` and the like.
 */
const query = new URLSearchParams(location.search);
// The hash history would read the query too.
history.replaceState(null, "", location.pathname + location.hash);
const preferences: Preferences = {
  theme: query.get("theme") === "dark" ? "dark" : "light",
  contrast: query.get("contrast") === "more" ? "more" : "system",
  density: query.get("density") === "compact" ? "compact" : "comfortable",
  zoomPercent: Number(query.get("zoom") ?? 100),
};
const full = {
  preferences,
  connectors: manyConnectors(),
  tools: toolsWithForms(),
  runs: manyRuns(),
  wallet: manyEntries(),
  authorizations: [authorization()],
};
const hosted = {
  ...full,
  needs: manyNeeds(),
  toolChanges: manyToolChanges(),
  tools: [
    ...toolsWithForms(),
    { connector: "con_hosted", tool: tool({ name: "search_deals" }) },
    { connector: "con_confluence", tool: testSearch() },
  ],
  accounts: manyAccounts(),
  connectors: [...manyHosted(), ...manyConnectors()],
};
const kinds = {
  hosted: () => withTargets(withAilingAccounts(withOutcomes(new MockHost(hosted)))),
  full: () => withOutcomes(new MockHost(full)),
  runs: () => withOutcomes(new MockHost({ ...full, runs: everyOutcome() })),
  long: () => new MockHost({ ...full, runs: longHistory() }),
  empty: () => new MockHost({ preferences, about: about({ playgroundUrl: "http://127.0.0.1:7788/mcp" }) }),
  locked: () =>
    new MockHost({
      ...full,
      vault: vault({
        backend: "passphrase",
        state: "locked",
        problem: problem({ code: "vault.locked", message: "the vault is locked" }),
      }),
    }),
  no_keychain: () =>
    new MockHost({
      ...full,
      vault: vault({
        backend: null,
        state: "unavailable",
        problem: problem({
          code: "vault.no_keychain",
          message: "no keychain answers on this computer",
          hint: "Start the keychain, or choose a passphrase.",
        }),
      }),
    }),
};

/** Two wallet secrets are used on platforms; the rotation of one is incomplete. */
function withTargets(host: MockHost): MockHost {
  host.targets.set("wal_headers", manyTargets());
  host.targets.set("wal_stripe", manyTargets());
  host.refuses.set(
    "Payments search",
    problem({
      code: "auth.forbidden",
      message: "your role may not replace credentials of the organization",
      hint: "Ask an owner.",
    }),
  );
  host.leaveHalfRotated("wal_stripe");
  return host;
}

/** Cohere does not respond, and 10ex rejects its key. */
function withAilingAccounts(host: MockHost): MockHost {
  host.handlers.syncConnectors = ({ each }) => {
    for (const { id, platform } of host.state.accounts) {
      const lost = problem({
        code: "auth.needed",
        message: "the key is no longer accepted",
        hint: "Enter another key.",
        retryable: false,
      });
      if (platform !== "local" && platform !== "cohere")
        host.answerSync(each, {
          account: id,
          connectors: platform === "tenex" ? null : 1,
          problem: platform === "tenex" ? lost : null,
        });
    }
    return new Promise(() => undefined);
  };
  return host;
}

const kind = query.get("host") ?? "full";
const host = (kind in kinds ? kinds[kind as keyof typeof kinds] : kinds.full)();
host.state.about.mac = query.has("mac");
const consent = query.get("consent");
if (consent !== null) {
  const problems: Partial<Record<string, Problem>> = {
    denied: problem({ code: "auth.denied", message: "access was not allowed", detail: "access_denied" }),
    expired: problem({ code: "auth.timed_out", message: "nobody answered in time" }),
    failed: problem({
      code: "auth.callback",
      message: "the answer came from another issuer than the one that was asked",
      hint: "Try again; if it happens once more, tell the provider.",
    }),
  };
  host.state.authorizations = [];
  host.handlers.startAuthorization = ({ request }) => {
    const of = host.state.connectors.find((one) => one.id === (request as StartAuthorization).connector);
    const started = authorization({
      ...(of && { connector: of.id, connectorTitle: of.title, identity: of.identity }),
      state: consent as AuthorizationState,
      problem: problems[consent] ?? null,
    });
    host.state.authorizations = [started];
    return started;
  };
}
host.install();
void start().then(async () => {
  // `press=C` or `press=Mod k`, then `click=Trace`, press and click once the page is rendered.
  for (const keys of query.getAll("press")) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const parts = keys.split(" ");
    const key = parts.at(-1) ?? "";
    (document.activeElement ?? document.body).dispatchEvent(
      new KeyboardEvent("keydown", { key, ctrlKey: parts.includes("Mod"), bubbles: true, cancelable: true }),
    );
  }
  for (const text of query.getAll("click")) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const buttons = [...document.querySelectorAll<HTMLElement>("button, [role=tab], [role=radio], label")];
    buttons
      .find((button) => (button.textContent ?? "").includes(text) || button.getAttribute("aria-label") === text)
      ?.click();
  }
  // `type=status:failed ` types into the focused field.
  for (const text of query.getAll("type")) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const field = document.activeElement;
    if (!(field instanceof HTMLInputElement)) continue;
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value")?.set?.call(field, text);
    field.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }
  // `axe` writes the violations that axe finds, contrast included, into the title.
  if (query.has("axe")) {
    await new Promise((resolve) => setTimeout(resolve, 600));
    const { default: axe } = await import("axe-core");
    const { violations } = await axe.run();
    document.title = `axe ${JSON.stringify(violations.map(({ id, nodes }) => ({ id, at: nodes.map((node) => node.html.slice(0, 140)) })))}`;
  }
});
