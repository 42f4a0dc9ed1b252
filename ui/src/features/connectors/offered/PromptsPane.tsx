import { useQuery } from "@tanstack/react-query";
import { Button } from "@/components/Button";
import { useCopy } from "@/components/CopyContext";
import { ErrorNotice } from "@/components/ProblemNotice";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { SaveParts } from "@/components/ToolResult/SaveParts";
import { textOf } from "@/components/ToolResult/textOf";
import { commands, type Connector, type Prompt, type PromptMessage } from "@/host/bindings";
import { call } from "@/host/call";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { writeMarkedJson } from "@/lib/jsonText";
import { capital } from "@/lib/words";
import { OfferedPane } from "./OfferedPane";
import { TextsForm } from "./TextsForm";

/** The prompts of a server, with a form to fill in the selected one. */
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
      {(prompt) => <PromptForm key={prompt.name} connector={connector} prompt={prompt} />}
    </OfferedPane>
  );
}

function PromptForm({ connector, prompt }: { connector: Connector; prompt: Prompt }) {
  const fill = useCommand({
    command: (values: Record<string, string>) => commands.fillPrompt(connector.id, prompt.name, values),
  });
  return (
    <>
      <TextsForm
        connector={connector.id}
        target={{ kind: "prompt", name: prompt.name }}
        fields={prompt.arguments}
        submitLabel="Show prompt"
        isPending={fill.isPending}
        onSubmit={fill.mutate}
      />
      <ErrorNotice
        error={fill.error}
        connector={connector}
        onFixed={() => fill.variables && fill.mutate(fill.variables)}
      />
      {fill.data?.description && <p className="text2">{fill.data.description}</p>}
      {fill.data && <Messages messages={fill.data.messages} />}
    </>
  );
}

function Messages({ messages }: { messages: PromptMessage[] }) {
  const copy = useCopy();
  if (messages.length === 0) return <p className="text2">Empty</p>;
  return (
    <>
      <div className="line">
        <Button small icon="copy" onPress={() => copy(asText(messages), "Prompt")}>
          Copy as text
        </Button>
        <Button small icon="copy" onPress={() => copy(writeMarkedJson(messages), "Prompt")}>
          Copy as JSON
        </Button>
      </div>
      <SaveParts parts={messages.map(({ content }) => content)} save={(part) => call(commands.saveContent(part))} />
      {messages.map(({ role, content }, index) => (
        <section key={index} aria-label={`Message ${index + 1}`}>
          <h3 className="text3 small">{capital(role)}</h3>
          <ContentPart content={content} index={index} />
        </section>
      ))}
    </>
  );
}

/** The messages as plain text, with their roles if there are several. */
function asText(messages: PromptMessage[]): string {
  const texts = messages.map(({ role, content }) => {
    const text = textOf(content);
    return messages.length > 1 ? `${capital(role)}:\n${text}` : text;
  });
  return texts.join("\n\n");
}
