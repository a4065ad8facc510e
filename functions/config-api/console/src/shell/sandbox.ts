import { useCallback } from 'react';
import { useParams, useSearchParams } from 'react-router';

/** The sandbox that every organisation has. */
export const FIRST_SANDBOX = 'prod';
/** What the API takes as a sandbox's name. */
export const SANDBOX_PATTERN = /^[a-z0-9-]{1,128}$/;

/** The sandbox that the page is about: the path's, else the query's, else the usual one. */
export function useSandbox(): [sandbox: string, choose: (sandbox: string) => void] {
  const { sandbox: inPath } = useParams();
  const [query, setQuery] = useSearchParams();
  const choose = useCallback(
    (sandbox: string) =>
      setQuery(
        (query) => {
          query.set('sandbox', sandbox);
          return query;
        },
        { replace: true },
      ),
    [setQuery],
  );
  return [inPath ?? query.get('sandbox') ?? FIRST_SANDBOX, choose];
}

export function withSandbox(path: string, sandbox: string): string {
  return `${path}?sandbox=${encodeURIComponent(sandbox)}`;
}
