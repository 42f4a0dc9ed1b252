import { useQuery } from "@tanstack/react-query";
import { Badge } from "@/components/Badge";
import { Button } from "@/components/Button";
import { statusLook, statusWords } from "@/components/connectorStatus";
import { IdentityLine } from "@/components/IdentityLine";
import { ErrorNotice } from "@/components/ProblemNotice";
import { Section } from "@/components/Section";
import { Skeleton } from "@/components/Skeleton";
import { useGo } from "@/components/useGo";
import { type Connector, type ConnectorCopy, type Difference } from "@/host/bindings";
import { queries } from "@/host/queries";
import styles from "./Copies.module.css";

type Props = { connector: Connector; onCreateElsewhere: () => void };

/** Connectors to the same service on other accounts, and how each differs from this one. */
export function Copies({ connector, onCreateElsewhere }: Props) {
  const { data: copies, error, refetch } = useQuery(queries.copies(connector.id));
  return (
    <Section
      title="On other accounts"
      end={
        <Button small icon="plus" onPress={onCreateElsewhere}>
          Copy to another account…
        </Button>
      }
    >
      <ErrorNotice error={error} connector={connector} onRetry={() => void refetch()} />
      {!copies && !error && <Skeleton rows={1} label="Loading" />}
      {copies?.length === 0 && (
        <p className="text2">
          {connector.endpoint === null
            ? "No address, so copies on other accounts can't be found."
            : "Not on any other account."}
        </p>
      )}
      {copies && copies.length > 0 && (
        <ul className={styles.copies}>
          {copies.map((copy) => (
            <Copy key={copy.connector.id} copy={copy} />
          ))}
        </ul>
      )}
    </Section>
  );
}

function Copy({ copy: { connector, differences } }: { copy: ConnectorCopy }) {
  const go = useGo();
  const { glyph, word } = statusLook(connector);
  // The head of the copy names its account.
  const shown = differences.filter(({ path }) => path !== "/account");
  return (
    <li className={styles.copy}>
      <div className={styles.head}>
        <Button look="link" onPress={() => go.connector(connector.id)}>
          {connector.title}
        </Button>
        <Badge glyph={glyph}>{word}</Badge>
        <span className="grow" />
        <IdentityLine identity={connector.identity} />
      </div>
      {shown.length === 0 ? (
        <p className="text3 small">Identical settings</p>
      ) : (
        <table className={styles.differences}>
          <thead>
            <tr>
              <th scope="col">Setting</th>
              <th scope="col">Here</th>
              <th scope="col">There</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((difference) => (
              <tr key={difference.path}>
                <th scope="row">{nameOf(difference)}</th>
                <td>{valueOf(difference, difference.before)}</td>
                <td>{valueOf(difference, difference.after)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </li>
  );
}

const names: Record<string, string> = {
  "/title": "Name",
  "/description": "Description",
  "/endpoint": "Address",
  "/visibility": "Visibility",
  "/status": "Status",
  "/credential": "Credential",
  "/level": "Level",
  "/tools": "Tools",
};

function nameOf({ path }: Difference): string {
  return names[path] ?? path.replace(/^\//, "");
}

function valueOf({ path }: Difference, value: Difference["before"]): string {
  if (value === null || value === undefined) return path === "/tools" ? "Not loaded" : "None";
  const label = path === "/status" ? statusWords.find((one) => one.status === value)?.word : undefined;
  return label ?? (typeof value === "string" ? value : JSON.stringify(value));
}
