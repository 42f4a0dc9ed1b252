import { type FormProps } from "@rjsf/core/lib/components/Form.js";
import withTheme from "@rjsf/core/lib/withTheme.js";
import { useCallback, useEffect, useId, useImperativeHandle, useMemo, useRef, useState } from "react";
import { formSchema } from "@/lib/schema/formSchema";
import { typedInto } from "@/lib/keys";
import { isObject, type JsonObject } from "@/lib/schema/schema";
import { schemaOf } from "@/lib/schema/validate";
import { useAppearance } from "../AppearanceContext";
import { Icon } from "../Icon";
import { ChipsField } from "./ChipsField";
import { ChoicesField } from "./ChoicesField";
import { FieldFrame } from "./FieldFrame";
import { focusFirstProblem } from "./focusFirstProblem";
import { FormContext } from "./FormContext";
import { formValidator } from "./formValidator";
import { JsonField } from "./JsonField";
import { LeafField } from "./LeafField";
import { MapField } from "./MapField";
import styles from "./SchemaForm.module.css";
import { type SchemaFormProps } from "./schemaFormProps";
import { problemsByField } from "./serverErrors";
import { ObjectFields, Options, OptionSelector, Row, Rows } from "./templates";

const Themed = withTheme<JsonObject>({
  fields: { LeafField, ChipsField, ChoicesField, JsonField, MapField, FallbackField: JsonField },
  widgets: { SelectWidget: OptionSelector },
  templates: {
    FieldTemplate: FieldFrame,
    ObjectFieldTemplate: ObjectFields,
    ArrayFieldTemplate: Rows,
    ArrayFieldItemTemplate: Row,
    MultiSchemaFieldTemplate: Options,
    DescriptionFieldTemplate: Nothing,
    FieldHelpTemplate: Nothing,
    FieldErrorTemplate: Nothing,
  },
});

/** Values contain only what the user entered. */
const putNothingIn: FormProps["experimental_defaultFormStateBehavior"] = {
  arrayMinItems: { populate: "never" },
  allOf: "skipDefaults",
  constAsDefaults: "never",
  emptyObjectFields: "skipDefaults",
};

/** A form for a JSON Schema. Controlled by the caller. */
export function SchemaForm({
  label,
  schema,
  value,
  onChange,
  problems,
  onLeave,
  onReadable,
  isDisabled,
  secrets,
  ref,
}: SchemaFormProps) {
  const box = useRef<HTMLDivElement>(null);
  const { zoomPercent } = useAppearance();
  const prefix = useId().replaceAll(":", "");
  const drawn = useMemo(() => formSchema(schemaOf(schema)), [schema]);
  const [unread, setUnread] = useState<ReadonlySet<string>>(new Set());
  const unreadable = useCallback(
    (pointer: string, isUnreadable: boolean) =>
      setUnread((before) => {
        const others = [...before].filter((other) => other !== pointer);
        return new Set(isUnreadable ? [...others, pointer] : others);
      }),
    [],
  );
  const isReadable = unread.size === 0;
  useEffect(() => {
    if (isReadable) return;
    onReadable?.(false);
    return () => onReadable?.(true);
  }, [isReadable, onReadable]);
  const facts = useMemo(
    () => ({ problems: problemsByField(drawn, problems), touch: onLeave, unread, unreadable, secrets }),
    [drawn, problems, onLeave, unread, unreadable, secrets],
  );
  const wholeProblem = facts.problems.get("");
  useImperativeHandle(ref, () => ({ focusProblem: () => focusFirstProblem(box.current) }), []);
  useEffect(() => {
    // A page that opens as a form keeps the focus on itself until the form has loaded.
    const around = document.activeElement;
    if (!box.current?.closest("[data-fill-in]") || !around?.contains(box.current)) return;
    box.current.querySelector<HTMLElement>(typedInto)?.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={box} role="form" aria-label={label} className={styles.form} data-pairs={zoomPercent < 200 || undefined}>
      {wholeProblem !== undefined && (
        <div className={styles.problem} data-whole data-problem tabIndex={-1}>
          <Icon name="circle-alert" size={12} />
          {wholeProblem}
        </div>
      )}
      <FormContext value={facts}>
        <Themed
          tagName="div"
          schema={drawn}
          validator={formValidator}
          formData={value}
          idPrefix={`f${prefix}`}
          noHtml5Validate
          noValidate
          showErrorList={false}
          disabled={isDisabled}
          experimental_defaultFormStateBehavior={putNothingIn}
          onChange={({ formData }: { formData?: JsonObject }) => onChange(withoutUndefined(formData))}
        >
          <></>
        </Themed>
      </FormContext>
    </div>
  );
}

function Nothing() {
  return null;
}

/** Removes undefined properties; undefined list items become `null`, as in JSON. */
function withoutUndefined(value: unknown): JsonObject {
  const clean = (inner: unknown): unknown => {
    if (Array.isArray(inner)) return inner.map((entry) => (entry === undefined ? null : clean(entry)));
    if (!isObject(inner)) return inner;
    return Object.fromEntries(
      Object.entries(inner)
        .filter(([, entry]) => entry !== undefined)
        .map(([key, entry]) => [key, clean(entry)]),
    );
  };
  return isObject(value) ? (clean(value) as JsonObject) : {};
}
