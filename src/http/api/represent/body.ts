/** Bytes as text where they are UTF-8, as base64 otherwise. */
export interface BodyJson {
  readonly encoding: 'utf-8' | 'base64';
  readonly size: number;
  readonly content: string;
}

export function bodyJson(body: string | Uint8Array): BodyJson {
  const bytes = Buffer.from(body as Uint8Array);
  try {
    // The byte order mark stays, so that the text gives the same bytes again.
    const content = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return { encoding: 'utf-8', size: bytes.length, content };
  } catch {
    return { encoding: 'base64', size: bytes.length, content: bytes.toString('base64') };
  }
}
