// Says which addresses ipaddr.js holds to be public, and which blocks it tells apart.
import { text } from "node:stream/consumers";

import ipaddr from "ipaddr.js";

/** All blocks of an address class, as CIDR notation. A kind has one block or a list of them. */
function blocks(addresses) {
  const kinds = Object.values(addresses.prototype.SpecialRanges);
  const ranges = kinds.flatMap((kind) => (Array.isArray(kind[0]) ? kind : [kind]));
  return ranges.map(([first, length]) => `${first}/${length}`);
}

const addresses = JSON.parse(await text(process.stdin));
const answer = {
  blocks: [...blocks(ipaddr.IPv4), ...blocks(ipaddr.IPv6)],
  isPublic: addresses.map((address) => ipaddr.parse(address).range() === "unicast"),
};
process.stdout.write(JSON.stringify(answer));
