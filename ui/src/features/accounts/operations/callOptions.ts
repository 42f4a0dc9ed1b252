import { repeatedName } from "@/components/secretValue";
import { type CallOperation } from "@/host/bindings";
import { jsonError, readJson } from "@/lib/jsonText";
import { isObject } from "@/lib/schema/schema";

/** Input for the options of a call. */
export type CallOptions = {
  timeout: string;
  retries: string;
  headers: { name: string; value: string }[];
  query: string;
  body: string;
};

export type OptionErrors = Partial<Record<keyof CallOptions, string>>;

export const noOptions: CallOptions = {
  timeout: "",
  retries: "",
  headers: [{ name: "", value: "" }],
  query: "",
  body: "",
};

/** Returns the errors of the options. */
export function optionErrors(options: CallOptions): OptionErrors {
  const errors: OptionErrors = {};
  if (options.timeout.trim() && !/^[1-9]\d{0,4}$/.test(options.timeout.trim()))
    errors.timeout = "Enter whole seconds, such as 30";
  if (options.retries.trim() && !/^\d{1,2}$/.test(options.retries.trim()))
    errors.retries = "Enter a whole number, such as 2";
  if (options.headers.some((line) => Boolean(line.name.trim()) !== Boolean(line.value)))
    errors.headers = "Enter a name and value for each header";
  else {
    const repeated = repeatedName("headers", namedLines(options));
    if (repeated) errors.headers = repeated;
  }
  for (const name of ["query", "body"] as const) {
    if (!options[name].trim()) continue;
    const error = jsonError(options[name]);
    if (error) errors[name] = error;
    else if (!isObject(readJson(options[name]).value)) errors[name] = 'Enter a JSON object, such as {"page": 2}';
  }
  return errors;
}

const namedLines = ({ headers }: CallOptions) => headers.filter((line) => line.name.trim());

/** The options as input for the host. Call it only if {@link optionErrors} finds nothing. */
export function optionsOf(
  options: CallOptions,
): Pick<CallOperation, "timeoutSeconds" | "retries" | "headers" | "query" | "body"> {
  const number = (text: string) => (text.trim() ? Number(text.trim()) : null);
  const object = (text: string) => (text.trim() ? readJson(text).value : {});
  return {
    timeoutSeconds: number(options.timeout),
    retries: number(options.retries),
    headers: Object.fromEntries(namedLines(options).map((line) => [line.name.trim(), line.value])),
    query: object(options.query),
    body: object(options.body),
  };
}
