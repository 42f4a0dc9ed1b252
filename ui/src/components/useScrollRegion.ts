import { type RefObject, useEffect, useRef, useState } from "react";
import { focusable } from "./keepFocus";

const tabbable = `a[href], ${focusable}`;

/**
 * Properties of a region that may be lower than its content. Keys scroll what has the focus: a region in which nothing
 * else can have it is put into the tab order, as long as it scrolls.
 */
export function useScrollRegion<T extends HTMLElement>(): { ref: RefObject<T | null>; tabIndex: 0 | undefined } {
  const ref = useRef<T>(null);
  const [isStop, setIsStop] = useState(false);
  const measure = () => {
    const region = ref.current;
    // The selector first: measuring forces a layout.
    if (region) setIsStop(!region.querySelector(tabbable) && region.scrollHeight > region.clientHeight);
  };
  // After each render, which may have changed the content.
  useEffect(measure);
  useEffect(() => {
    addEventListener("resize", measure);
    return () => removeEventListener("resize", measure);
  }, []);
  return { ref, tabIndex: isStop ? 0 : undefined };
}
