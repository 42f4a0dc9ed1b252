import { useEffect, useState } from "react";
import { useToasts } from "@/host/toasts";

/** Remaining seconds at which the countdown is announced. */
const announcedAt = [240, 120, 60, 30, 10];

/** Returns the seconds until a deadline, and announces the countdown at a few marks. */
export function useCountdown(deadlineAt: string): number {
  const { announce } = useToasts();
  const deadline = new Date(deadlineAt).getTime();
  const [left, setLeft] = useState(() => secondsUntil(deadline));
  useEffect(() => {
    let before = secondsUntil(deadline);
    const tick = () => {
      const now = secondsUntil(deadline);
      setLeft(now);
      const mark = announcedAt.find((at) => before > at && now <= at);
      if (mark !== undefined) announce(`${mark >= 60 ? `${mark / 60} min` : `${mark} s`} left to sign in`);
      before = now;
    };
    tick();
    const timer = setInterval(tick, 1000);
    return () => clearInterval(timer);
  }, [deadline, announce]);
  return left;
}

function secondsUntil(deadline: number): number {
  return Math.max(0, (deadline - Date.now()) / 1000);
}
