/** One wrong value, as the API names it. */
export interface FieldFault {
  /** JSON pointer into the body. */
  pointer?: string;
  parameter?: string;
  header?: string;
  code: string;
  detail: string;
}

/** Why a request had no good answer. */
export type Failure =
  /** Problem details of the API. */
  | 'problem'
  /** No connection, or no answer in time. */
  | 'unreachable'
  /** An answer that is not the API's. */
  | 'unreadable'
  /** The session ended, and the administrator did not sign in again. */
  | 'signed-out'
  /** Too many requests. */
  | 'throttled';

/** A request that failed, with what the page can say about it. */
export class ApiError extends Error {
  constructor(
    readonly failure: Failure,
    readonly status: number,
    readonly kind: string,
    readonly title: string,
    readonly detail: string,
    readonly faults: FieldFault[] = [],
    readonly requestId: string | null = null,
    /** For a version that is not current: what is. */
    readonly body: unknown = null,
  ) {
    super(title);
  }

  is(kind: string): boolean {
    return this.kind === `/problems/${kind}`;
  }
}

/** What the API answers about wrong values, for those that need not be sent to it to be found. */
export function invalid(faults: FieldFault[]): ApiError {
  return new ApiError('problem', 400, '/problems/validation-failed', '', '', faults);
}

/** Reads an answer that is no success. */
export async function problemOf(response: Response): Promise<ApiError> {
  const requestId = response.headers.get('x-request-id') ?? response.headers.get('apigw-requestid');
  const text = await response.text().catch(() => '');
  let body: Record<string, unknown> | null = null;
  try {
    const parsed: unknown = JSON.parse(text);
    if (typeof parsed === 'object' && parsed !== null) body = parsed as Record<string, unknown>;
  } catch {
    body = null;
  }
  const member = (name: string) => (typeof body?.[name] === 'string' ? (body[name] as string) : '');
  const failure: Failure =
    response.status === 401
      ? 'signed-out'
      : response.status === 429
        ? 'throttled'
        : member('type').startsWith('/problems/')
          ? 'problem'
          : 'unreadable';
  return new ApiError(
    failure,
    response.status,
    member('type'),
    member('title'),
    member('detail'),
    Array.isArray(body?.errors) ? (body.errors as FieldFault[]) : [],
    member('requestId') || requestId,
    body,
  );
}

/** Anything thrown, as an `ApiError`. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError('unreachable', 0, '', message, '');
}
