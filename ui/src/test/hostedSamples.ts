import {
  type Action,
  type ConnectorSettings,
  type CredentialsOfLevel,
  type Form,
  type PlatformDetails,
} from "@/host/bindings";
import { problem } from "./samples";

function action(name: string, title: string, given: Partial<Action> = {}): Action {
  return {
    name,
    title,
    operation: name.replaceAll("-", "_"),
    fixed: {},
    inputSchema: null,
    effect: "write",
    warning: null,
    needsConfirmation: given.warning !== undefined || given.effect === "irreversible",
    ...given,
  };
}

/** Facts and actions of every kind. */
export function platformDetails(): PlatformDetails {
  const toggle = (level: string, label: string, isOn: boolean | null) => ({
    kind: "switch" as const,
    label,
    isMain: true,
    isOn,
    turnOn: action(`activate-for-${level}`, "Turn on"),
    turnOff: action(`deactivate-for-${level}`, "Turn off"),
  });
  return {
    facts: [
      { label: "Protocol", value: "mcp", at: null },
      { label: "Visibility", value: "Workspace", at: null },
      { label: "Changed there", value: "2026-11-19T08:00:00Z", at: "2026-11-19T08:00:00Z" },
    ],
    groups: [
      {
        title: "Activation",
        help: "Whose assistants may use it.",
        controls: [
          toggle("organization", "Organization", true),
          toggle("workspace", "Workspace", null),
          toggle("user", "You", null),
        ],
      },
      {
        title: "Sharing",
        help: "Who else finds it.",
        controls: [
          {
            kind: "button",
            action: action("share", "Share with the workspace", {
              effect: "irreversible",
              warning: "Everyone in the workspace can use it from then on, with their own sign-in.",
            }),
          },
        ],
      },
      {
        title: "Role",
        help: null,
        controls: [
          {
            kind: "choice",
            label: "Role",
            current: "role-source",
            actions: [
              action("role-source", "Source"),
              action("role-primary", "Primary source", { warning: "Salesforce is the primary source no more." }),
            ],
          },
        ],
      },
      {
        title: "Test",
        help: null,
        controls: [
          {
            kind: "button",
            action: action("test", "Test", {
              inputSchema: {
                type: "object",
                required: ["query"],
                properties: { query: { type: "string", description: "What to search for" } },
              },
            }),
          },
        ],
      },
    ],
  };
}

/** Settings with a secret that is kept. */
export function connectorSettings(): ConnectorSettings {
  return {
    form: {
      schema: {
        type: "object",
        required: ["name"],
        properties: {
          name: { type: "string", title: "Name", pattern: "^[A-Za-z0-9_-]{1,64}$" },
          description: { type: "string", title: "Description", description: "What models are told of it" },
          active: { type: "boolean", title: "Active" },
          token: { type: "string", title: "Service token", writeOnly: true },
        },
      },
      values: { name: "hubspot", description: "Deals and contacts", active: true },
      kept: ["/token"],
    },
    native: { id: "018f-77", name: "hubspot", description: "Deals and contacts", active: true },
  };
}

/** Credentials at three levels, one of which cannot be listed. */
export function credentialLevels(): CredentialsOfLevel[] {
  const named = { isNamed: true, hasDefault: true, canDelete: true, isListed: true };
  const credential = {
    title: null,
    method: "bearer" as const,
    word: "bearer",
    reason: null,
    checkedAt: "2026-11-20T08:00:00Z",
    expiresAt: null,
    createdAt: null,
    createdBy: null,
  };
  return [
    {
      level: { level: "user", help: "Used for your own runs.", ...named },
      credentials: [
        { ...credential, name: "default", level: "user", isDefault: true, status: "valid" },
        {
          ...credential,
          name: "sandbox",
          level: "user",
          isDefault: false,
          status: "invalid",
          reason: "you need to reconnect",
        },
      ],
      problem: null,
    },
    {
      level: { level: "workspace", help: "Used by everyone in the workspace who has none.", ...named },
      credentials: [],
      problem: null,
    },
    {
      level: { level: "organization", help: "Used by everyone who has none.", ...named },
      credentials: [],
      problem: problem({
        code: "auth.forbidden",
        message: "you may not see these",
        hint: "Ask an administrator.",
        status: 403,
        retryable: false,
      }),
    },
  ];
}

export function credentialForm(): Form {
  return {
    schema: {
      type: "object",
      required: ["token"],
      properties: { token: { type: "string", title: "Token", description: "As the service gave it", writeOnly: true } },
    },
    values: {},
    kept: [],
  };
}
