import type { ReadRequest } from '../testing/read.ts';
import { draftOf } from './request-fields.ts';
import { requestParts } from './request-file.ts';

/** Reads the request of a case as request files are read. */
export const readTestRequest: ReadRequest = (fields) => {
  const { draft, mistakes } = draftOf(fields);
  return { request: requestParts(draft), mistakes };
};
