import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { type Authorization, type Problem } from "@/host/bindings";
import { count, sentence } from "@/lib/words";

type Props = { authorization: Authorization; toolCount: number | null };

/** The result of an authorization. */
export function AuthorizationEnd({ authorization, toolCount }: Props) {
  const {
    state,
    connectorTitle: title,
    problem,
    askedAs,
    sameAs,
    granted,
    grantedScopes,
    identity,
    issuerChange,
    pageHost,
  } = authorization;
  switch (state) {
    case "authorized":
      if (granted?.length)
        return (
          <Notice role="status" glyph="ready" title="Signed in">
            The token is saved in your wallet and filled into the form.
          </Notice>
        );
      if (sameAs) {
        return (
          <Notice role="alert" glyph="changed" title={`Signed in as ${identity.user}, the same account as ${sameAs}`}>
            {askedAs && `It was ${askedAs} before. `}If you didn't mean that, sign out at the provider in your browser,
            then sign in again and choose another account.
          </Notice>
        );
      }
      if (askedAs) {
        return (
          <Notice role="alert" glyph="changed" title={`Signed in to ${title} with a different account`}>
            It was {askedAs} before; now it is {identity.user ?? identity.credential}. If you didn't mean that, sign in
            again and choose the other account in your browser.
          </Notice>
        );
      }
      return (
        <Notice
          role="status"
          glyph="ready"
          title={`Signed in to ${title}${identity.user ? ` as ${identity.user}` : ""}`}
        >
          {toolCount === null ? "Tools not loaded yet." : `${count(toolCount, "tool")} available.`}
          {grantedScopes?.length ? ` It may use: ${grantedScopes.join(", ")}.` : ""}
        </Notice>
      );
    case "denied":
      return (
        <Notice role="alert" glyph="signin" title="Access denied" end={<Code problem={problem} />}>
          {problem?.detail ? `${pageHost ?? "The provider"}: ${problem.detail}. ` : ""}Try again and choose Allow, or
          use another account.
        </Notice>
      );
    case "expired":
      return (
        // Timed out, or interrupted because Patchbay quit: the problem says which.
        <Notice role="alert" glyph="disconnected" title="Sign-in not finished" end={<Code problem={problem} />}>
          {problem && `${sentence(problem.message)} `}You can close the browser page.
        </Notice>
      );
    case "cancelled":
      return (
        <Notice role="status" glyph="disabled" title="Sign-in cancelled">
          You can close the browser page.
        </Notice>
      );
    default:
      if (issuerChange?.page) {
        return (
          <Notice
            role="alert"
            glyph="signin"
            title={`Give the sign-in of ${issuerChange.page} to ${issuerChange.current}?`}
            end={<Code problem={problem} />}
          >
            {title} opens the sign-in page of {issuerChange.page}, but {issuerChange.current} gets the result. Nothing
            was opened yet. Continue only if both belong together.
          </Notice>
        );
      }
      if (issuerChange && issuerChange.former === null) {
        return (
          <Notice
            role="alert"
            glyph="signin"
            title={`Send the secret of your OAuth app to ${issuerChange.current}?`}
            end={<Code problem={problem} />}
          >
            {title} signs in there. Nothing was sent yet. Continue only if your app belongs there.
          </Notice>
        );
      }
      if (issuerChange) {
        return (
          <Notice
            role="alert"
            glyph="changed"
            title={`${title} now signs in somewhere else`}
            end={<Code problem={problem} />}
          >
            It was {issuerChange.former}; now the server names {issuerChange.current}. Nothing was sent there. This can
            mean that the server was taken over: ask its operator before you continue.
          </Notice>
        );
      }
      return problem ? (
        <ProblemNotice problem={problem} />
      ) : (
        <Notice role="alert" glyph="failing" title={`Couldn't sign in to ${title}`}>
          See the sign-in log for details.
        </Notice>
      );
  }
}

function Code({ problem }: { problem: Problem | null }) {
  return problem && <span className="mono text2 small">{problem.code}</span>;
}
