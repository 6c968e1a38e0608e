import type { RefusedRequest } from '../../../core/refused-request.ts';
import type { Diagnosis } from '../../../source/doctor/diagnose.ts';
import { iso } from './time.ts';

export interface RefusalJson {
  readonly id: string;
  readonly received_at: string;
  readonly source: string;
  readonly code: string;
  readonly reason: string;
  readonly method: string;
  readonly path: string;
  readonly client_ip: string;
  readonly body_size: number;
}

export interface DiagnosisJson {
  /** Of the event or the refusal. */
  readonly id: string;
  /** `fetch` where the sender's certificate would be needed. */
  readonly verdict: 'accepted' | 'handshake' | 'refused' | 'fetch';
  readonly reason: string | null;
  /** Whether the body is there as it came; a cut one proves nothing. */
  readonly whole: boolean;
  /** What would explain it, the likeliest first. */
  readonly findings: readonly {
    readonly code: string;
    readonly says: string;
    readonly next: string;
  }[];
}

export function refusalJson(refused: RefusedRequest): RefusalJson {
  const { id, receivedAt, source, code, reason, method, path, clientIp, bodySize } = refused;
  return {
    id,
    received_at: iso(receivedAt),
    source,
    code,
    reason,
    method,
    path,
    client_ip: clientIp,
    body_size: bodySize,
  };
}

export function diagnosisJson(id: string, whole: boolean, diagnosis: Diagnosis): DiagnosisJson {
  const { verdict, findings } = diagnosis;
  const reason = verdict.is === 'refused' ? verdict.refusal.reason : null;
  return { id, verdict: verdict.is, reason, whole, findings: whole ? findings : [] };
}
