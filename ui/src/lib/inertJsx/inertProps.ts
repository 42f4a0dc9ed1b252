import { isValidElement, type ReactNode } from "react";
import { jsx } from "react/jsx-runtime";
import { inertText, turnsDirection } from "../inertText";

/** Attributes with text for users. */
const spoken = ["aria-label", "aria-description", "aria-valuetext", "alt", "placeholder"];

/** Elements that may contain only text. */
const textOnly = new Set(["option", "textarea", "title", "style", "script", "text", "tspan"]);

/** Returns the properties with all texts made inert; the same object if nothing changed. */
export function inertProps(type: unknown, props: Record<string, unknown>): Record<string, unknown> {
  let made = props;
  const put = (name: string, value: unknown) => {
    if (made === props) made = { ...props };
    made[name] = value;
  };
  const isElement = typeof type === "string";
  for (const name of isElement ? [...spoken, "title"] : spoken) {
    const text = props[name];
    if (typeof text !== "string") continue;
    const shown = inertText(text);
    if (shown !== text) put(name, shown);
  }
  const children = props.children as ReactNode;
  const shown = inertChildren(children, isElement && !textOnly.has(type));
  if (shown !== children) put("children", shown);
  return made;
}

function inertChildren(children: ReactNode, mayIsolate: boolean): ReactNode {
  if (typeof children === "string") return inertText(children);
  if (!Array.isArray(children) || isValidElement(children)) return children;
  const given = children as ReactNode[];
  const shown = given.map((child) => inertChild(child, mayIsolate));
  return shown.some((child, place) => child !== given[place]) ? shown : given;
}

/** Isolates the direction of a text beside others. */
function inertChild(child: ReactNode, mayIsolate: boolean): ReactNode {
  if (typeof child !== "string") return Array.isArray(child) ? inertChildren(child as ReactNode, false) : child;
  const text = inertText(child);
  return mayIsolate && turnsDirection(text) ? jsx("bdi", { children: text }) : text;
}
