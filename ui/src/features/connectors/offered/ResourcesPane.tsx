import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { EmptyState } from "@/components/EmptyState";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import styles from "./Offered.module.css";
import { OfferedList } from "./OfferedList";

/** What can be read from a server, and one of it as it is now. */
export function ResourcesPane({ connector }: { connector: Connector }) {
  const { data, error, refetch } = useQuery(queries.resources(connector.id));
  const [selected, setSelected] = useState<string | null>(null);
  if (error)
    return (
      <div className={styles.notice}>
        <ProblemNotice problem={asProblem(error)} connector={connector} onRetry={() => void refetch()} />
      </div>
    );
  if (!data) return <Skeleton rows={5} label="Loading resources" />;
  if (data.length === 0) return <EmptyState icon="folder" title="This server offers no resources" />;
  return (
    <div className={styles.pane}>
      <OfferedList
        label="Resources"
        offered={data.map(({ uri, title, name, description, mimeType }) => ({
          key: uri,
          title: title ?? name,
          detail: [description, mimeType, uri].filter(Boolean).join(" · "),
        }))}
        selected={selected}
        onSelect={setSelected}
      />
      <section className={styles.shown} aria-label="Resource">
        {selected === null ? (
          <p className="text2">Choose a resource to read it.</p>
        ) : (
          <Read key={selected} connector={connector} uri={selected} />
        )}
      </section>
    </div>
  );
}

function Read({ connector, uri }: { connector: Connector; uri: string }) {
  const { data, error, refetch } = useQuery(queries.resource(connector.id, uri));
  if (error) return <ProblemNotice problem={asProblem(error)} connector={connector} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} label="Reading resource" />;
  if (data.length === 0) return <p className="text2">Empty</p>;
  return data.map((content, index) => <ContentPart key={index} content={content} index={index} />);
}
