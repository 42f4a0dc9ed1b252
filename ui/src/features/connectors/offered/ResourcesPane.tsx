import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { ProblemNotice } from "@/components/ProblemNotice";
import { Skeleton } from "@/components/Skeleton";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { SaveParts } from "@/components/ToolResult/SaveParts";
import {
  commands,
  type Connector,
  type ConnectorId,
  type Content,
  type Resource,
  type TemplateVariable,
} from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { OfferedPane } from "./OfferedPane";
import { TextsForm } from "./TextsForm";

/** What can be read from a server, and one of it as it is now. */
export function ResourcesPane({ connector }: { connector: Connector }) {
  return (
    <OfferedPane
      connector={connector}
      query={useQuery(queries.resources(connector.id))}
      words={{ one: "Resource", all: "Resources" }}
      asOffered={(resource) => ({
        key: keyOf(resource),
        title: resource.title ?? resource.name,
        detail: [resource.description, resource.mimeType, resource.uri].filter(Boolean).join(" · "),
      })}
      hint="Choose a resource to read it."
    >
      {(resource) =>
        resource.variables ? (
          <Template key={keyOf(resource)} connector={connector} uri={resource.uri} variables={resource.variables} />
        ) : (
          <Read key={keyOf(resource)} connector={connector} uri={resource.uri} />
        )
      }
    </OfferedPane>
  );
}

/** A template may be written as the address of a resource is. */
const keyOf = ({ uri, variables }: Resource) => (variables ? `template ${uri}` : uri);

type TemplateProps = { connector: Connector; uri: string; variables: TemplateVariable[] };

/** A resource whose address is filled in first. */
function Template({ connector, uri, variables }: TemplateProps) {
  const fill = useCommand({
    mutationFn: (values: Record<string, string>) => call(commands.fillResourceTemplate(uri, values)),
  });
  return (
    <>
      <p className="mono text2" data-selectable>
        {uri}
      </p>
      <TextsForm
        connector={connector.id}
        target={{ kind: "template", uri }}
        asked={variables}
        action="Read resource"
        isPending={fill.isPending}
        onSubmit={fill.mutate}
      />
      {fill.error && <ProblemNotice problem={asProblem(fill.error)} connector={connector} />}
      {fill.data && <Read key={fill.submittedAt} connector={connector} uri={fill.data} />}
    </>
  );
}

function Read({ connector, uri }: { connector: Connector; uri: string }) {
  const { data, error, refetch } = useQuery(queries.resource(connector.id, uri));
  useResourceWatch(connector.id, uri, data !== undefined);
  if (error) return <ProblemNotice problem={asProblem(error)} connector={connector} onRetry={() => void refetch()} />;
  if (!data) return <Skeleton rows={4} label="Reading resource" />;
  return <Parts parts={data} />;
}

/** Has a resource that was read be read again whenever its server says that it changed, as long as it is shown. */
function useResourceWatch(connector: ConnectorId, uri: string, isRead: boolean) {
  useEffect(() => {
    if (!isRead) return;
    const watch = crypto.randomUUID();
    // What nobody tells the changes of is shown as it was read.
    call(commands.watchResource(connector, uri, watch)).catch(() => undefined);
    return () => void call(commands.endWatch(watch));
  }, [connector, uri, isRead]);
}

function Parts({ parts }: { parts: Content[] }) {
  if (parts.length === 0) return <p className="text2">Empty</p>;
  return (
    <>
      <SaveParts parts={parts} save={(part) => call(commands.saveContent(part))} />
      {parts.map((content, index) => (
        <ContentPart key={index} content={content} index={index} />
      ))}
    </>
  );
}
