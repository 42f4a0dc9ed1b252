import { draftOf, type PlatformFormDraft, type PlatformFormState } from "@/components/PlatformForm/usePlatformForm";
import { dropTypedSecret, type SecretDraft } from "@/components/secretDraft";
import { type AuthorizationId, type Redirect } from "@/host/bindings";

/** What is typed to sign in to a provider with an OAuth app of one's own. */
export type ProviderDraft = {
  clientId: string;
  secret: SecretDraft;
  authorizeUrl: string;
  tokenUrl: string;
  scopes: string;
  /** How the browser comes back. */
  redirect: Redirect;
  /** The sign-in that was started last. */
  started: AuthorizationId | null;
  /** The sign-in whose tokens stand in the form. */
  taken: AuthorizationId | null;
};

/** Everything that was typed to create one connector. */
type CreateDraft = PlatformFormDraft & { provider: ProviderDraft | null };

/**
 * What was typed and not sent yet, for as long as the window is open: closing a form by mistake, going
 * back, or a failure loses nothing but the secrets, which only the open form has.
 */
export class CreateDrafts {
  private readonly drafts = new Map<string, CreateDraft>();

  /** What was typed under a name, such as that of an account and a definition. */
  find(name: string): CreateDraft | undefined {
    return this.drafts.get(name);
  }

  save(name: string, form: Pick<PlatformFormState, "values" | "drafts">, provider: ProviderDraft | null): void {
    const { values, drafts, missing } = draftOf(form);
    const isTyped = provider !== null && provider.secret.from === "new" && provider.secret.secret !== "";
    this.drafts.set(name, {
      values,
      drafts,
      missing: isTyped ? ["Client secret", ...missing] : missing,
      provider: provider && { ...provider, secret: dropTypedSecret(provider.secret) },
    });
  }

  drop(name: string): void {
    this.drafts.delete(name);
  }
}
