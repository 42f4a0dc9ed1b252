import { useQuery } from "@tanstack/react-query";
import { type FormEvent, useState } from "react";
import { Button } from "@/components/Button";
import { Field } from "@/components/Field";
import { ProblemNotice } from "@/components/ProblemNotice";
import { ContentPart } from "@/components/ToolResult/ContentPart";
import { commands, type Connector, type Prompt } from "@/host/bindings";
import { asProblem, call } from "@/host/call";
import { queries } from "@/host/queries";
import { useCommand } from "@/host/useCommand";
import { capital } from "@/lib/words";
import styles from "./Offered.module.css";
import { OfferedPane } from "./OfferedPane";

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
  const [values, setValues] = useState<Partial<Record<string, string>>>({});
  const [showsMissing, setShowsMissing] = useState(false);
  const fill = useCommand({
    mutationFn: (given: Record<string, string>) => call(commands.fillPrompt(connector.id, prompt.name, given)),
  });
  const isMissing = (name: string, isRequired: boolean) => isRequired && !values[name];
  const submit = (event: FormEvent) => {
    event.preventDefault();
    setShowsMissing(true);
    if (prompt.arguments.some((one) => isMissing(one.name, one.isRequired))) return;
    const given = Object.entries(values).flatMap(([name, text]) => (text ? [[name, text] as const] : []));
    fill.mutate(Object.fromEntries(given));
  };
  return (
    <>
      <form className={styles.form} onSubmit={submit} noValidate>
        {prompt.arguments.map(({ name, description, isRequired }) => (
          <Field
            key={name}
            label={name}
            help={description}
            isRequired={isRequired}
            error={showsMissing && isMissing(name, isRequired) ? `Enter ${name}` : null}
            value={values[name] ?? ""}
            onChange={(text) => setValues((before) => ({ ...before, [name]: text }))}
          />
        ))}
        <div>
          <Button type="submit" look="primary" isPending={fill.isPending}>
            Show prompt
          </Button>
        </div>
      </form>
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
