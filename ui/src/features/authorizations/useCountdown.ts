import { useEffect, useState } from "react";
import { useToasts } from "@/host/toasts";

/** Seconds left at which the countdown is spoken. */
const spokenAt = [240, 120, 60, 30, 10];

/** Seconds until a deadline, counted while shown; spoken at 4, 2 and 1 min, 30 s, 10 s only. */
export function useCountdown(deadlineAt: string, running: boolean): number {
  const { announce } = useToasts();
  const deadline = new Date(deadlineAt).getTime();
  const [left, setLeft] = useState(() => secondsUntil(deadline));
  useEffect(() => {
    if (!running) return;
    let before = secondsUntil(deadline);
    const tick = () => {
      const now = secondsUntil(deadline);
      setLeft(now);
      const mark = spokenAt.find((at) => before > at && now <= at);
      if (mark !== undefined) announce(`${mark >= 60 ? `${mark / 60} min` : `${mark} s`} left to sign in`);
      before = now;
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [deadline, running, announce]);
  return left;
}

function secondsUntil(deadline: number): number {
  return Math.max(0, (deadline - Date.now()) / 1000);
}
