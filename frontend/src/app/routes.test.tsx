import { render, screen } from '@testing-library/react';
import { createMemoryRouter, RouterProvider } from 'react-router';
import { describe, expect, it } from 'vitest';
import { routes } from '@/app/routes';

describe('routes', () => {
  it('tells a visitor of an unknown address what to do', async () => {
    render(<RouterProvider router={createMemoryRouter(routes, { initialEntries: ['/no/such/page'] })} />);

    expect(await screen.findByRole('heading', { name: 'Page not found' })).toBeInTheDocument();
    expect(screen.getByText(/copy the whole link again/)).toBeInTheDocument();
  });
});
