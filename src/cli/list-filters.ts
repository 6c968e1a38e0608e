import type { Session } from './session.ts';

/**
 * Shows one page of a list of the API.
 *
 * @param path of the API, without a query
 * @param filters options of the command that the API takes under the same names
 */
export async function showPage<Page>(
  session: Session,
  path: string,
  filters: readonly string[],
  text: (page: Page) => string,
): Promise<void> {
  const query = filterQuery(session, filters);
  await session.withApi(async (api) => {
    session.show(await api.json<Page>('GET', `${path}?${query}`), text);
  });
}

/** The options that were given, as the query of a request. */
export function filterQuery({ options }: Session, filters: readonly string[]): URLSearchParams {
  const query = new URLSearchParams();
  for (const name of filters) {
    const value = options[name];
    if (typeof value === 'string') query.set(name, value);
  }
  return query;
}
