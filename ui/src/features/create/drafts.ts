import { draftOf, type PlatformFormDraft, type PlatformFormState } from "@/components/PlatformForm/usePlatformForm";
import { dropTypedSecret, type SecretDraft } from "@/components/secretDraft";
import { type AuthorizationId, type Redirect } from "@/host/bindings";

/** Input for a sign-in to the provider with the user's own OAuth app. */
export type ProviderDraft = {
  clientId: string;
  secret: SecretDraft;
  authorizeUrl: string;
  tokenUrl: string;
  scopes: string;
  redirect: Redirect;
  /** The last started sign-in. */
  started: AuthorizationId | null;
  /** The sign-in whose tokens were copied into the form. */
  taken: AuthorizationId | null;
};

type CreateDraft = PlatformFormDraft & { provider: ProviderDraft | null };

/** Unsent input of creation forms, kept as long as the window is open. Secrets are kept only in the open form. */
export class CreateDrafts {
  private readonly drafts = new Map<string, CreateDraft>();

  /** Finds a draft by name, such as the ids of account and definition. */
  find(name: string): CreateDraft | undefined {
    return this.drafts.get(name);
  }

  save(name: string, form: Pick<PlatformFormState, "values" | "drafts">, provider: ProviderDraft | null): void {
    const { values, drafts, missing } = draftOf(form);
    const hasTypedSecret = provider !== null && provider.secret.from === "new" && provider.secret.secret !== "";
    this.drafts.set(name, {
      values,
      drafts,
      missing: hasTypedSecret ? ["Client secret", ...missing] : missing,
      provider: provider && { ...provider, secret: dropTypedSecret(provider.secret) },
    });
  }

  drop(name: string): void {
    this.drafts.delete(name);
  }
}
