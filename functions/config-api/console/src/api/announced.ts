/** Answers of the API that its OpenAPI document does not describe yet. Each moves to the generated types when it does. */

export interface Me {
  organisation: string;
  actor: string;
  role: 'view' | 'manage';
}

export interface CampaignItem {
  campaignId: string;
  enabledAt: string;
  enabledBy: string;
}

export type HealthState = 'healthy' | 'open' | 'gone' | 'paused';

export interface InventoryHealth {
  state: HealthState;
  since: string | null;
  /** Null if nothing was delivered in seven days; left out where the API does not tell. */
  lastDeliveryAt?: string | null;
}

export interface MaskedHeader {
  name: string;
  value: string;
  masked: boolean;
}

export type StageName = 'dns' | 'address-check' | 'connect' | 'tls' | 'authentication' | 'answer';

export interface TestStage {
  stage: StageName;
  outcome: 'passed' | 'failed' | 'not-reached';
  durationMs: number | null;
  detail: string | null;
}

export interface Advice {
  code: string;
  text: string;
}

export interface TestResult {
  outcome: 'delivered' | 'failed';
  eventId: string;
  stages: TestStage[];
  request: { method: string; url: string; headers: MaskedHeader[]; body: string } | null;
  answer: { status: number; headers: { name: string; value: string }[]; bodyExcerpt: string | null } | null;
  advice: Advice | null;
}

export interface Attempt {
  id: string;
  at: string;
  eventId: string;
  feedbackStatus: string | null;
  channel: string | null;
  campaignId: string | null;
  requestId: string | null;
  outcome: 'delivered' | 'try-later' | 'given-up';
  httpStatus: number | null;
  error: string | null;
  durationMs: number;
  attempt: number;
  webhookVersion: number | string;
  canSendAgain: boolean;
}

export interface AttemptDetail extends Attempt {
  request: { url: string; headers: MaskedHeader[]; body: string | null } | null;
  answer: { status: number; bodyExcerpt: string | null } | null;
}

export interface Page<T> {
  items: T[];
  _page: { next: string | null; count: number };
}

export interface Deliveries {
  resolutionSeconds: number;
  items: { at: string; delivered: number; failed: number }[];
}
