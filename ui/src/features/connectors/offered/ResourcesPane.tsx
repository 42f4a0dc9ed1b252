import { useQuery } from "@tanstack/react-query";
import { Fragment, useEffect } from "react";
import { Annotated } from "@/components/Annotated";
import { ErrorNotice } from "@/components/ProblemNotice";
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
import { call } from "@/host/call";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { OfferedPane } from "./OfferedPane";
import { TextsForm } from "./TextsForm";

/** The resources of a server, and the current content of the selected one. */
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
      {(resource) => (
        <Fragment key={keyOf(resource)}>
          {resource.annotations && <Annotated annotations={resource.annotations} />}
          {resource.variables ? (
            <Template connector={connector} uri={resource.uri} variables={resource.variables} />
          ) : (
            <ResourceContent connector={connector} uri={resource.uri} />
          )}
        </Fragment>
      )}
    </OfferedPane>
  );
}

/** Distinguishes a template from a resource with the same URI. */
const keyOf = ({ uri, variables }: Resource) => (variables ? `template ${uri}` : uri);

type TemplateProps = { connector: Connector; uri: string; variables: TemplateVariable[] };

/** A resource template, whose variables are filled in first. */
function Template({ connector, uri, variables }: TemplateProps) {
  const fill = useCommand({ command: (values: Record<string, string>) => commands.fillResourceTemplate(uri, values) });
  return (
    <>
      <p className="mono text2" data-selectable>
        {uri}
      </p>
      <TextsForm
        connector={connector.id}
        target={{ kind: "template", uri }}
        fields={variables}
        submitLabel="Read resource"
        isPending={fill.isPending}
        onSubmit={fill.mutate}
      />
      <ErrorNotice error={fill.error} connector={connector} />
      {fill.data && <ResourceContent key={fill.submittedAt} connector={connector} uri={fill.data} />}
    </>
  );
}

function ResourceContent({ connector, uri }: { connector: Connector; uri: string }) {
  const { data, error, refetch } = useQuery(queries.resource(connector.id, uri));
  useResourceWatch(connector.id, uri, data !== undefined);
  const failed = <ErrorNotice error={error} connector={connector} onRetry={() => void refetch()} />;
  if (error && !data) return failed;
  if (!data) return <Skeleton rows={4} label="Loading resource" />;
  return (
    <>
      {failed}
      <Parts parts={data} />
    </>
  );
}

/** Subscribes to changes of a resource, which is then read again, for as long as it is shown. */
function useResourceWatch(connector: ConnectorId, uri: string, isRead: boolean) {
  useEffect(() => {
    if (!isRead) return;
    const watchId = crypto.randomUUID();
    // Servers without subscriptions: the content stays as it was read.
    call(commands.watchResource(connector, uri, watchId)).catch(() => undefined);
    return () => void call(commands.endWatch(watchId));
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
