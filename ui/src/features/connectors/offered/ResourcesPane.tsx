import { useQuery } from "@tanstack/react-query";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { type Connector } from "@/host/bindings";
import { asProblem } from "@/host/call";
import { queries } from "@/host/queries";
import { OfferedPane } from "./OfferedPane";

/** What can be read from a server, and one of it as it is now. */
export function ResourcesPane({ connector }: { connector: Connector }) {
  return (
    <OfferedPane
      connector={connector}
      query={useQuery(queries.resources(connector.id))}
      words={{ one: "Resource", all: "Resources" }}
      asOffered={({ uri, title, name, description, mimeType }) => ({
        key: uri,
        title: title ?? name,
        detail: [description, mimeType, uri].filter(Boolean).join(" · "),
      })}
      hint="Choose a resource to read it."
    >
      {({ uri }) => <Read key={uri} connector={connector} uri={uri} />}
    </OfferedPane>
  );
}

function Read({ connector, uri }: { connector: Connector; uri: string }) {
  const { data, error, refetch } = useQuery(queries.resource(connector.id, uri));
  if (error) return <ProblemNotice problem={asProblem(error)} connector={connector} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} label="Reading resource" />;
  if (data.length === 0) return <p className="text2">Empty</p>;
  return data.map((content, index) => <ContentPart key={index} content={content} index={index} />);
}
