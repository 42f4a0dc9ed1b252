import { Fragment } from "react";

type Props = { className: string | undefined; rows: [label: string, value: string | null, isCode?: boolean][] };

/** What a certificate or a bundle states about itself; empty facts are left out. */
export function FactRows({ className, rows }: Props) {
  return (
    <dl className={className}>
      {rows.map(
        ([label, value, isCode = false]) =>
          value && (
            <Fragment key={label}>
              <dt>{label}</dt>
              <dd className={isCode ? "mono" : undefined} data-selectable>
                {value}
              </dd>
            </Fragment>
          ),
      )}
    </dl>
  );
}
