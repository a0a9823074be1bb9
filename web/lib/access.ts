/**
 * Where the server of an entry is, and by which ticket to ask there: for tabs on pages of other
 * sites. Our own pages need neither, they ask their own origin with cookies.
 */

export interface Access {
  /** An origin, such as `https://usher.example`. */
  server: string;
  ticket: string;
}

const granted = new Map<string, Access>();

export function grantAccess(entryId: string, access: Access): void {
  granted.set(entryId, access);
}

export const accessTo = (entryId: string): Access | undefined => granted.get(entryId);

const ENTRY = /^\/(?:entries\/([^/?]+)|sessions\/([^/.?]+)\.|users\?entry_id=([^&]+))/u;

/** The access for a path of the API, by the entry that it names. */
export function accessFor(path: string): Access | undefined {
  const named = ENTRY.exec(path);
  const entryId = named?.[1] ?? named?.[2] ?? named?.[3];
  return entryId === undefined ? undefined : granted.get(decodeURIComponent(entryId));
}
