import { useQuery } from "@tanstack/react-query";
import { ProblemNotice } from "@/components/ProblemNotice";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { commands, type Connector, type Prompt } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { capital } from "@/lib/words";
import { OfferedPane } from "./OfferedPane";
import { TextsForm } from "./TextsForm";

/** The prompts of a server, and one of them filled in. */
export function PromptsPane({ connector }: { connector: Connector }) {
  return (
    <OfferedPane
      connector={connector}
      query={useQuery(queries.prompts(connector.id))}
      words={{ one: "Prompt", all: "Prompts" }}
      asOffered={({ name, title, description }) => ({
        key: name,
        title: title ?? name,
        detail: [title && name, description].filter(Boolean).join(" · "),
      })}
      hint="Choose a prompt to fill it in."
    >
      {(prompt) => <Fill key={prompt.name} connector={connector} prompt={prompt} />}
    </OfferedPane>
  );
}

function Fill({ connector, prompt }: { connector: Connector; prompt: Prompt }) {
  const fill = useCommand({
    mutationFn: (given: Record<string, string>) => call(commands.fillPrompt(connector.id, prompt.name, given)),
  });
  return (
    <>
      <TextsForm
        connector={connector.id}
        target={{ kind: "prompt", name: prompt.name }}
        asked={prompt.arguments}
        action="Show prompt"
        isPending={fill.isPending}
        onSubmit={fill.mutate}
      />
      {fill.error && <ProblemNotice problem={asProblem(fill.error)} connector={connector} />}
      {fill.data?.description && <p className="text2">{fill.data.description}</p>}
      {fill.data?.messages.map(({ role, content }, index) => (
        <section key={index} aria-label={`Message ${index + 1}`}>
          <h3 className="text3 small">{capital(role)}</h3>
          <ContentPart content={content} index={index} />
        </section>
      ))}
    </>
  );
}
