import { type ComponentType, lazy, Suspense, useState } from "react";
import { Skeleton } from "../Skeleton";
import { type SchemaFormProps } from "./schemaFormProps";

// Once loaded, the form renders directly: `lazy` would show the fallback for a frame even then.
let loaded: ComponentType<SchemaFormProps> | null = null;
const read = () =>
  import("./SchemaForm").then((module) => {
    loaded = module.SchemaForm;
    return { default: module.SchemaForm };
  });
const SchemaForm = lazy(read);

/** Starts to load the form while its schema is being fetched. */
export function preloadSchemaForm(): void {
  void read();
}

/** The form, loaded on demand: its library is large. */
export function LazySchemaForm(props: SchemaFormProps) {
  const [Form] = useState<ComponentType<SchemaFormProps>>(() => loaded ?? SchemaForm);
  return (
    <Suspense fallback={<Skeleton rows={3} label="Loading form" />}>
      <Form {...props} />
    </Suspense>
  );
}
