import { type ComponentType, lazy, Suspense, useState } from "react";
import { Skeleton } from "../Skeleton";
import { type SchemaFormProps } from "./schemaFormProps";

// Once it is loaded it is drawn as it is: a lazy one would show that it waits for a frame all the same.
let loaded: ComponentType<SchemaFormProps> | null = null;
const read = () =>
  import("./SchemaForm").then((module) => {
    loaded = module.SchemaForm;
    return { default: module.SchemaForm };
  });
const SchemaForm = lazy(read);

/** Loads the form while what it is made from is asked for, so that both are there at once. */
export function preloadSchemaForm(): void {
  void read();
}

/** The form, loaded when it is first shown: the library behind it is large and no other view needs it. */
export function LazySchemaForm(props: SchemaFormProps) {
  const [Form] = useState<ComponentType<SchemaFormProps>>(() => loaded ?? SchemaForm);
  return (
    <Suspense fallback={<Skeleton rows={3} label="Loading form" />}>
      <Form {...props} />
    </Suspense>
  );
}
