import { Notice, ProblemNotice } from "@/components/ProblemNotice";
import { type Authorization, type Problem } from "@/host/bindings";
import { count, sentence } from "@/lib/words";

type Props = { authorization: Authorization; toolCount: number | null };

/** How a consent ended: one look for each end. */
export function AuthorizationEnd({ authorization, toolCount }: Props) {
  const { state, connectorTitle: title, problem, askedAs, granted, grantedScopes, identity, issuerChange } = authorization;
  switch (state) {
    case "authorized":
      if (granted?.length) return <Notice role="status" glyph="ready" title="Signed in">The token lies in the wallet, and stands in the form now.</Notice>;
      if (askedAs) {
        return (
          <Notice role="alert" glyph="changed" title={`Signed in to ${title}, but as somebody else`}>
            It was {askedAs} before; now it is {identity.credential}. If that is not what you meant, sign in again and choose the other account in the browser.
          </Notice>
        );
      }
      return (
        <Notice role="status" glyph="ready" title={`Signed in to ${title}`}>
          {toolCount === null ? "Its tools have not been listed yet." : `${count(toolCount, "tool")} listed with the new sign-in.`}
          {grantedScopes?.length ? ` It may use: ${grantedScopes.join(", ")}.` : ""}
        </Notice>
      );
    case "denied":
      return (
        <Notice role="alert" glyph="signin" title="Access was not allowed" end={<Code problem={problem} />}>
          {problem?.detail ? `The provider says: ${problem.detail}. ` : ""}Nothing was saved. Try again and press Allow, or sign in as somebody who may.
        </Notice>
      );
    case "expired":
      return (
        // Nobody answered in time, or Patchbay was ended in the middle: the problem says which.
        <Notice role="alert" glyph="disconnected" title="Not finished" end={<Code problem={problem} />}>
          {problem && `${sentence(problem.message)} `}Nothing was saved, and the page in the browser can be closed. Try again; time can be added while it waits.
        </Notice>
      );
    case "cancelled":
      return (
        <Notice role="status" glyph="disabled" title="You cancelled this sign-in">
          Nothing was saved. The page in the browser can be closed.
        </Notice>
      );
    default:
      if (issuerChange) {
        return (
          <Notice role="alert" glyph="changed" title={`${title} wants you to sign in at another place`} end={<Code problem={problem} />}>
            Until now it was {issuerChange.former}; now the server names {issuerChange.current}. Nothing was sent there. A server that was taken over looks like this, too: ask whoever runs it before you go on.
          </Notice>
        );
      }
      return problem ? (
        <ProblemNotice problem={problem} />
      ) : (
        <Notice role="alert" glyph="failing" title={`Sign-in to ${title} failed`}>Open the trace to see how far it came, then try again.</Notice>
      );
  }
}

function Code({ problem }: { problem: Problem | null }) {
  return problem && <span className="mono text2 small">{problem.code}</span>;
}
