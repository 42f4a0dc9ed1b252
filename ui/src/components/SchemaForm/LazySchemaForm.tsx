import { lazy, Suspense } from "react";
import { Skeleton } from "../Skeleton";
import { type SchemaFormProps } from "./schemaFormProps";

const SchemaForm = lazy(() => import("./SchemaForm").then((module) => ({ default: module.SchemaForm })));

/** The form, loaded when it is first shown: the library behind it is large and no other view needs it. */
export function LazySchemaForm(props: SchemaFormProps) {
  return (
    <Suspense fallback={<Skeleton rows={3} label="Loading form" />}>
      <SchemaForm {...props} />
    </Suspense>
  );
}
