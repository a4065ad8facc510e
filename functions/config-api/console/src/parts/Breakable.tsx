import { Fragment } from 'react';

/** A long word, such as an address, that breaks behind its signs and not within its parts. */
export function Breakable({ text }: { text: string }) {
  return text.split(/(?<=[.@:/_-])/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}
