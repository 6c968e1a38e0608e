const DURATION_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};
const SIZE_BYTES: Readonly<Record<string, number>> = {
  B: 1,
  KB: 1024,
  MB: 1024 ** 2,
  GB: 1024 ** 3,
};

/** Milliseconds of `250ms`, `30s`, `5m`, `2h`, `30d` or `1.5h`; `undefined` for anything else. */
export function parseDuration(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(ms|s|m|h|d)$/.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (DURATION_MS[match[2] as string] as number));
}

/** Bytes of `512B`, `64kB`, `32MB` or `5GB`, in steps of 1024; `undefined` for anything else. */
export function parseSize(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?)\s*(B|KB|MB|GB)$/i.exec(text.trim());
  if (match === null) return undefined;
  return Math.round(Number(match[1]) * (SIZE_BYTES[(match[2] as string).toUpperCase()] as number));
}

/** The inverse of `parseDuration`, in the largest unit that leaves a whole number. */
export function formatDuration(ms: number): string {
  const unit = ['d', 'h', 'm', 's'].find(
    (name) => ms >= 1 && ms % (DURATION_MS[name] as number) === 0,
  );
  return unit === undefined ? `${ms}ms` : `${ms / (DURATION_MS[unit] as number)}${unit}`;
}

/** The inverse of `parseSize`, in the largest unit that leaves a whole number. */
export function formatSize(bytes: number): string {
  const unit = ['GB', 'MB', 'KB'].find(
    (name) => bytes >= 1 && bytes % (SIZE_BYTES[name] as number) === 0,
  );
  const text = unit === undefined ? `${bytes}B` : `${bytes / (SIZE_BYTES[unit] as number)}${unit}`;
  return text.replace('KB', 'kB');
}
