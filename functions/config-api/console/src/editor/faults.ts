import type { FieldFault } from '../api/problem';

/** The faults of a draft by their place, less those of fields that were changed since. */
export type Faults = ReadonlyMap<string, FieldFault[]>;

export const noFaults: Faults = new Map();

export function faultsOf(list: FieldFault[]): Faults {
  const faults = new Map<string, FieldFault[]>();
  for (const fault of list) {
    const place = fault.pointer ?? fault.parameter ?? fault.header ?? '';
    faults.set(place, [...(faults.get(place) ?? []), fault]);
  }
  return faults;
}

/** The faults at a place and below it. */
export function at(faults: Faults, pointer: string): FieldFault[] {
  return [...faults]
    .filter(([place]) => place === pointer || place.startsWith(`${pointer}/`))
    .flatMap(([, list]) => list);
}

/** The faults without those at a place and below it: what stood there has been changed. */
export function without(faults: Faults, pointer: string): Faults {
  const left = [...faults].filter(([place]) => place !== pointer && !place.startsWith(`${pointer}/`));
  return left.length === faults.size ? faults : new Map(left);
}
