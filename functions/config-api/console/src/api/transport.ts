import type { Session } from '../session/session';
import { ApiError, problemOf } from './problem';

/** Longer than the function's own limit of 10 seconds and the gateway's of 30: after it nobody answers any more. */
const PATIENCE_MS = 35_000;
/** How often a read is repeated that was throttled, and the longest pause before. */
const THROTTLED_REPETITIONS = 3;
const LONGEST_PAUSE_MS = 5_000;

/**
 * Sends requests to the API with the session's token, and throws an `ApiError` for every answer but a success.
 *
 * A refused token is renewed and the request sent again; if that needs the administrator, the request waits for them, so
 * nothing that was typed is lost. Reads that were throttled are repeated; changes never are.
 */
export function transport(session: Session): (request: Request) => Promise<Response> {
  return async (request) => {
    let response = await send(session, request);
    if (response.status === 401 && (await session.renew())) response = await send(session, request);
    for (let repetition = 1; isThrottledRead(request, response, repetition); repetition++) {
      await pause(pauseMs(response, repetition));
      response = await send(session, request);
    }
    if (!response.ok) throw await problemOf(response);
    return readable(response);
  };
}

async function send(session: Session, request: Request): Promise<Response> {
  const copy = request.clone();
  const token = await session.token();
  if (token) copy.headers.set('authorization', `Bearer ${token}`);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]);
  try {
    return await fetch(copy, { cache: 'no-store', credentials: 'omit', signal });
  } catch (error) {
    if (request.signal.aborted) throw error;
    const timedOut = error instanceof DOMException && error.name === 'TimeoutError';
    throw new ApiError('unreachable', 0, timedOut ? 'timeout' : 'offline', '', '');
  }
}

/** The answer with a body that can be read as JSON, or without one. */
async function readable(response: Response): Promise<Response> {
  if (response.status === 204) return response;
  const text = await response.text();
  try {
    JSON.parse(text);
  } catch {
    throw new ApiError('unreadable', response.status, '', '', '', [], response.headers.get('x-request-id'));
  }
  return new Response(text, { status: response.status, headers: response.headers });
}

function isThrottledRead(request: Request, response: Response, repetition: number): boolean {
  return request.method === 'GET' && response.status === 429 && repetition <= THROTTLED_REPETITIONS;
}

function pauseMs(response: Response, repetition: number): number {
  const seconds = Number(response.headers.get('retry-after'));
  const wanted = seconds > 0 ? seconds * 1000 : 500 * 2 ** repetition;
  return Math.min(wanted, LONGEST_PAUSE_MS);
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
