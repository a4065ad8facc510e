/** Stands in for the component library's fonts, which would come from another host. */
export function Fonts(): null {
  return null;
}
