/** Which page is shown, as the part of the address after `#`. */
export type Route = { page: 'overview' } | { page: 'service'; name: string } | { page: 'cluster' };

export function parse(hash: string): Route {
  const [page, name] = hash.replace(/^#\/?/, '').split('/');
  if (page === 'cluster') return { page: 'cluster' };
  if (page === 'service' && name) {
    try {
      return { page: 'service', name: decodeURIComponent(name) };
    } catch {
      return { page: 'overview' };
    }
  }
  return { page: 'overview' };
}

export const hrefOf = (service: string) => `#/service/${encodeURIComponent(service)}`;

class Place {
  route = $state.raw(parse(location.hash));

  constructor() {
    addEventListener('hashchange', () => {
      this.route = parse(location.hash);
      document.getElementById('main')?.focus();
      scrollTo(0, 0);
    });
  }
}

export const place = new Place();
